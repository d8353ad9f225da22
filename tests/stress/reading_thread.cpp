#include "reading_thread.hpp"

#include <bearer/reader.hpp>

#include "issuer.hpp"
#include "random.hpp"

#include <chrono>
#include <thread>

namespace stress {

namespace {

using namespace std::chrono_literals;

/// Reads between two short pauses, so that there is something left for others.
constexpr int burst = 1'000;

class reading_thread {
public:
  reading_thread(world& in, std::size_t index)
    : world_(in), random_(in.seed * 1'000'037 + index) {
    // nop
  }

  /// Stays with one bearer until that is over.
  void visit_somebody() {
    const auto which = random_() % world_.stations.size();
    const auto at = visit{world_.stations[which]->current()};
    auto reads = std::uint64_t{0};
    {
      auto reader = at->bearer.reader();
      while (!world_.ending && !at->over && !random_.one_in(500)) {
        reads += read_some(*at.get(), reader);
        std::this_thread::sleep_for(1ms);
      }
    }
    at->seen.fast_reads += reads;
    world_.found.fast_reads += reads;
  }

private:
  /// @returns how many reads gave a token.
  std::uint64_t read_some(life& of, bearer::reader& from) {
    auto got = std::uint64_t{0};
    for (auto i = 0; i < burst; ++i) {
      const auto floor = of.floor.load();
      const auto* tok = from.read();
      if (tok == nullptr) {
        fetch(of);
        return got;
      }
      ++got;
      world_.found.check(*tok, floor, of);
      if (!accepts(tok->access_token.view()) || random_.one_in(1'000'000))
        reject(of, from, tok->generation.count);
    }
    return got;
  }

  /// Whoever asks after this returned gets no such token, whichever way.
  void reject(life& of, bearer::reader& from, std::uint64_t count) {
    ++world_.found.rejections;
    from.reject();
    raise(of.floor, count);
  }

  void fetch(life& of) {
    ++of.seen.sent;
    ++world_.found.fetches;
    auto options = bearer::fetch_options{};
    options.timeout = 1ms + random_.up_to(100ms);
    const auto floor = of.floor.load();
    const auto answer = of.bearer.fetch(options);
    if (answer) {
      ++of.seen.tokens;
      ++world_.found.tokens;
      world_.found.check(*answer, floor, of);
      return;
    }
    of.seen.count(answer.error());
    if (!is_explained(answer.error()))
      world_.found.note_unexpected("blocking fetch", answer.error());
  }

  world& world_;
  small_random random_;
};

} // namespace

void keep_reading(world& in, std::size_t index) {
  auto self = reading_thread{in, index};
  while (!in.ending)
    self.visit_somebody();
}

} // namespace stress
