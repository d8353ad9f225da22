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
  static_assert(rounds % 3 == 2);

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
    // The last token stays.
    if (newest != rounds)
      ++faults;
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

TEST_CASE("a rejection is to be told until the refresher knows as much",
          "[I4][I18]") {
  detail::local_slot slot{system_wall_clock};
  const auto later = caf::make_timestamp() + 1h;
  slot.publish(numbered_token(1), later);
  CHECK(slot.reject({id, 1}));
  CHECK(slot.reject({id, 1}));
  CHECK_FALSE(slot.count_repeat({id, 1}));
  slot.settle_rejection(1);
  CHECK_FALSE(slot.reject({id, 1}));
  CHECK(slot.count_repeat({id, 1}));
  // These are for the cache to judge.
  CHECK(slot.reject({id, 0}));
  CHECK(slot.reject({id, 2}));
  CHECK(slot.reject({id + 1, 1}));
  slot.publish(numbered_token(2), later);
  CHECK_FALSE(slot.count_repeat({id, 2}));
  CHECK_FALSE(slot.reject({id, 1}));
  CHECK(slot.reject({id, 2}));
  slot.settle_rejection(2);
  slot.stop();
  CHECK(slot.reject({id, 2}));
}

TEST_CASE("repeated rejections are counted by what becomes of them", "[I18]") {
  detail::local_slot slot{system_wall_clock};
  const auto later = caf::make_timestamp() + 1h;
  slot.publish(numbered_token(1), later);
  slot.reject({id, 1});
  CHECK(slot.take_repeats() == events::suppressed{});
  slot.settle_rejection(1);
  slot.reject({id, 1});
  slot.set_in_flight(true);
  slot.reject({id, 1});
  slot.count_repeat({id, 1});
  slot.set_in_flight(false);
  slot.publish(numbered_token(2), later);
  for (int i = 0; i < 3; ++i)
    slot.reject({id, 1});
  CHECK(slot.take_repeats() == events::suppressed{3, 2, 1});
  CHECK(slot.take_repeats() == events::suppressed{});
  CHECK(slot.load().current.generation.count == 2);
}

TEST_CASE("a token that was taken out is not read, however far its end",
          "[I21][I2][I4][I14]") {
  auto slot = std::make_shared<detail::local_slot>(system_wall_clock);
  auto reader = detail::slot_reader{slot};
  const auto end = caf::make_timestamp() + 1h;
  slot->publish(numbered_token(1), end);
  REQUIRE(reader.read() != nullptr);
  SECTION("by a withdrawal") {
    slot->withdraw();
  }
  SECTION("by a rejection") {
    slot->reject({id, 1});
  }
  SECTION("by the floor of the cache") {
    slot->raise_floor(1);
  }
  SECTION("by a wish for another one") {
    slot->request_renewal();
  }
  SECTION("by the end of the bearer") {
    slot->stop();
  }
  SECTION("by a publication of what had been rejected") {
    slot->raise_floor(2);
    slot->publish(numbered_token(2), end);
  }
  CHECK(reader.read() == nullptr);
  CHECK_FALSE(slot->hit({}));
}

TEST_CASE("far from its end and close to it a token ends on time",
          "[I21][I2]") {
  // Far from the end the coarse clock is enough, close to it the exact one is
  // asked. Whatever the machine does meanwhile, a read that finds nothing comes
  // after the end, and one that finds something began before it.
  auto slot = std::make_shared<detail::local_slot>(system_wall_clock);
  auto reader = detail::slot_reader{slot};
  for (auto left : {caf::timespan{-1h}, caf::timespan{0}, caf::timespan{1s},
                    caf::timespan{1h}}) {
    CAPTURE(left);
    const auto end = caf::make_timestamp() + left;
    slot->publish(numbered_token(1), end);
    const auto before = caf::make_timestamp();
    const auto found = reader.read() != nullptr;
    const auto hit = slot->hit({}).has_value();
    const auto after = caf::make_timestamp();
    if (before >= end) {
      CHECK_FALSE(found);
      CHECK_FALSE(hit);
    }
    if (after < end) {
      CHECK(found);
      CHECK(hit);
    }
  }
}

TEST_CASE("a clock of the caller's own is asked each time", "[I21][I2]") {
  auto now = caf::make_timestamp() + 24h;
  detail::local_slot slot{[&now] { return now; }};
  const auto tok = numbered_token(1);
  slot.publish(tok, now);
  CHECK_FALSE(slot.hit({}));
  slot.publish(tok, now + 1h);
  CHECK(slot.hit({}));
  now += 1h;
  CHECK_FALSE(slot.hit({}));
}

TEST_CASE("a publication that crosses the rejection does not bring it back",
          "[I21][I4]") {
  detail::local_slot slot{system_wall_clock};
  const auto later = caf::make_timestamp() + 1h;
  slot.publish(numbered_token(7), later);
  slot.reject({id, 7});
  slot.publish(numbered_token(7), later);
  CHECK(slot.load().current.access_token.empty());
  CHECK_FALSE(slot.hit({}));
  slot.publish(numbered_token(8), later);
  CHECK(slot.load().current.generation.count == 8);
}

TEST_CASE("a token that is rejected while it is withdrawn does not come back",
          "[I21][I4]") {
  detail::local_slot slot{system_wall_clock};
  const auto later = caf::make_timestamp() + 1h;
  slot.publish(numbered_token(1), later);
  slot.withdraw();
  slot.reject({id, 1});
  slot.publish(numbered_token(1), later);
  CHECK(slot.load().current.access_token.empty());
  slot.publish(numbered_token(2), later);
  CHECK_FALSE(slot.load().current.access_token.empty());
  // Neither is the slot's to judge.
  slot.reject({id, 3});
  slot.reject({id + 1, 2});
  CHECK_FALSE(slot.load().current.access_token.empty());
}

TEST_CASE("tokens at or below the floor stay hidden", "[I21][I4]") {
  detail::local_slot slot{system_wall_clock};
  const auto later = caf::make_timestamp() + 1h;
  slot.publish(numbered_token(5), later);
  slot.raise_floor(4);
  CHECK(slot.hit({}));
  slot.raise_floor(5);
  CHECK_FALSE(slot.hit({}));
  slot.publish(numbered_token(5), later);
  CHECK_FALSE(slot.hit({}));
  slot.raise_floor(3);
  slot.publish(numbered_token(5), later);
  CHECK_FALSE(slot.hit({}));
  slot.publish(numbered_token(6), later);
  CHECK(slot.hit({}));
}

TEST_CASE("nothing is published after a stop", "[I21][I14]") {
  detail::local_slot slot{system_wall_clock};
  slot.stop();
  slot.publish(numbered_token(1), caf::make_timestamp() + 1h);
  CHECK_FALSE(slot.hit({}));
  CHECK(slot.load().current.access_token.empty());
}

TEST_CASE("only what the cache would answer at once is answered by the slot",
          "[I21][I16]") {
  detail::local_slot slot{system_wall_clock};
  const auto tok = numbered_token(7);
  CHECK_FALSE(slot.hit({}));
  slot.publish(tok, caf::make_timestamp() + 1h);
  CHECK(slot.hit({}));
  auto forced = fetch_options{};
  forced.renew_required = true;
  CHECK_FALSE(slot.hit(forced));
  auto newer = fetch_options{};
  newer.newer_than = generation{id, 7};
  CHECK_FALSE(slot.hit(newer));
  auto invalid = fetch_options{};
  invalid.timeout = -1s;
  CHECK_FALSE(slot.hit(invalid));
  slot.request_renewal();
  CHECK_FALSE(slot.hit({}));
  slot.publish(tok, caf::make_timestamp() + 1h);
  CHECK(slot.hit({}));
  slot.publish(tok, caf::make_timestamp());
  CHECK_FALSE(slot.hit({}));
  slot.publish(tok, caf::make_timestamp() + 1h);
  slot.stop();
  CHECK_FALSE(slot.hit({}));
  CHECK(slot.hits() == 2);
}
