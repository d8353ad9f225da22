#include <bearer/detail/local_slot.hpp>
#include <bearer/detail/slot_reader.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace bearer;
using namespace std::chrono_literals;

namespace {

constexpr auto id = std::uint64_t{17};

token numbered_token(std::uint64_t count) {
  auto result = token{};
  result.access_token = secret{"secret-" + std::to_string(count)};
  result.generation = {id, count};
  return result;
}

/// What several threads do to one slot, and what they see.
struct contest {
  static constexpr std::uint64_t rounds = 20'000;

  /// Publishes, rejects and withdraws as fast as it can, and tells which count
  /// nobody may read any more.
  void write() {
    const auto later = caf::make_timestamp() + 1h;
    for (std::uint64_t count = 1; count <= rounds; ++count) {
      slot->publish(numbered_token(count), later);
      published.store(count, std::memory_order_release);
      if (count % 3 == 0)
        slot->reject({id, count});
      else if (count % 3 == 1)
        slot->withdraw();
      else
        continue;
      ended.store(count, std::memory_order_release);
    }
    done.store(true, std::memory_order_release);
  }

  /// Reads until the writer is done and once more.
  void read() {
    auto reader = detail::slot_reader{slot};
    auto newest = std::uint64_t{0};
    for (bool last = false; !last;) {
      last = done.load(std::memory_order_acquire);
      const auto floor = ended.load(std::memory_order_acquire);
      const auto* found = reader.read();
      if (found == nullptr)
        continue;
      const auto count = found->generation.count;
      const auto known = published.load(std::memory_order_acquire);
      // The count is told after the publication.
      if (count <= floor || count < newest || count > known + 1
          || found->access_token != numbered_token(count).access_token)
        ++faults;
      newest = count;
      ++reads;
    }
  }

  /// Asks for copies, as fetches do.
  void hit() {
    while (!done.load(std::memory_order_acquire)) {
      const auto floor = ended.load(std::memory_order_acquire);
      const auto found = slot->hit({});
      if (found && found->generation.count <= floor)
        ++faults;
    }
  }

  std::shared_ptr<detail::local_slot> slot
    = std::make_shared<detail::local_slot>(system_wall_clock);
  std::atomic<std::uint64_t> published = 0;
  std::atomic<std::uint64_t> ended = 0;
  std::atomic<bool> done = false;
  std::atomic<std::uint64_t> faults = 0;
  std::atomic<std::uint64_t> reads = 0;
};

} // namespace

TEST_CASE("readers keep up with a writer at full speed", "[I21][I3][I4]") {
  contest c;
  auto threads = std::vector<std::thread>{};
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&c] { c.read(); });
  threads.emplace_back([&c] { c.hit(); });
  c.write();
  for (auto& thread : threads)
    thread.join();
  CHECK(c.faults == 0);
  // All readers are gone, hence have told.
  CHECK(c.slot->fast_reads() == c.reads);
}

TEST_CASE("the version changes with the contents and only then", "[I21]") {
  detail::local_slot slot{system_wall_clock};
  auto last = slot.version();
  auto changed = [&] { return std::exchange(last, slot.version()) != last; };
  CHECK(slot.load().version == last);
  CHECK_FALSE(changed());
  slot.publish(numbered_token(1), caf::make_timestamp() + 1h);
  CHECK(changed());
  CHECK(slot.load().version == last);
  slot.hit({});
  slot.add_fast_reads(3);
  CHECK_FALSE(slot.renewal_required());
  slot.reject({id, 2});
  slot.reject({id + 1, 1});
  CHECK_FALSE(changed());
  slot.request_renewal();
  CHECK(changed());
  CHECK(slot.renewal_required());
  slot.publish(numbered_token(1), caf::make_timestamp() + 1h);
  CHECK(changed());
  slot.reject({id, 1});
  CHECK(changed());
  slot.withdraw();
  CHECK(changed());
  slot.stop();
  CHECK(changed());
  CHECK_FALSE(slot.gone());
  slot.vanish();
  CHECK(slot.gone());
  CHECK_FALSE(slot.renewal_required());
}
