// What does it cost to read the token without a message, with more and more
// threads, and what do the usual ways cost?

#include <bearer/reader.hpp>

#include "support/at_once.hpp"
#include "support/compare.hpp"
#include "support/world.hpp"

#include <atomic>
#include <chrono>
#include <ctime>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <stdexcept>
#include <utility>

namespace bearer::bench {

// Both take a few milliseconds.
constexpr auto reads = std::size_t{2'000'000};
constexpr auto reads_with_lock = std::size_t{50'000};

// -- the usual ways -----------------------------------------------------------

/// What anybody asks for the time.
struct exact_clock {
  static caf::timestamp now() {
    return caf::make_timestamp();
  }
};

/// What a reader asks, except in a token's last seconds.
struct coarse_clock {
  static caf::timestamp now() {
    return caf::timestamp{std::chrono::seconds{std::time(nullptr)}};
  }
};

/// What somebody would write instead: a token behind a lock.
template <class Clock>
struct shared_token {
  token tok = long_lived_token(1024);

  bool good() const {
    return Clock::now() < *tok.expires_at;
  }
};

template <class Clock>
using token_ptr = std::shared_ptr<const shared_token<Clock>>;

template <class Clock = exact_clock>
struct behind_mutex {
  bool read() {
    auto mine = token_ptr<Clock>{};
    {
      const auto guard = std::lock_guard{mutex};
      mine = current;
    }
    return mine->good();
  }

  std::mutex mutex;
  token_ptr<Clock> current = std::make_shared<const shared_token<Clock>>();
};

template <class Clock = exact_clock>
struct behind_shared_mutex {
  bool read() {
    auto mine = token_ptr<Clock>{};
    {
      const auto guard = std::shared_lock{mutex};
      mine = current;
    }
    return mine->good();
  }

  std::shared_mutex mutex;
  token_ptr<Clock> current = std::make_shared<const shared_token<Clock>>();
};

template <class Clock = exact_clock>
struct behind_atomic {
  bool read() {
    const auto mine = current.load();
    return mine->good();
  }

  std::atomic<token_ptr<Clock>> current
    = std::make_shared<const shared_token<Clock>>();
};

// -- ours ---------------------------------------------------------------------

/// Gives each thread a reader of its own.
auto readers_of(const handle& bearer) {
  return [&bearer] {
    auto result = bearer.reader();
    if (result.read() == nullptr)
      throw std::runtime_error("nothing to read");
    return [reader = std::move(result)]() mutable { return reader.read(); };
  };
}

// -- both ---------------------------------------------------------------------

/// Compared with one of the usual ways.
template <class Lock>
void measure(benchmark::State& state) {
  const auto threads = static_cast<std::size_t>(state.range(0));
  world w;
  const auto bearer = ready_bearer(w.sys);
  Lock lock;
  const auto readers = [&lock] { return [&lock] { return lock.read(); }; };
  compare(
    state, [&] { return at_once(threads, reads, readers_of(bearer)).real; },
    [&] { return at_once(threads, reads_with_lock, readers).real; });
}

/// The processor time, compared with as many threads one after the other.
void threads_at_once(benchmark::State& state) {
  const auto threads = static_cast<std::size_t>(state.range(0));
  world w;
  const auto bearer = ready_bearer(w.sys);
  const auto readers = readers_of(bearer);
  compare(
    state, [&] { return at_once(threads, reads, readers).processor; },
    [&] { return one_by_one(threads, reads, readers).processor; });
}

/// The processor time beside a thread that fetches, which counts hits in what
/// all share, compared with one beside a thread that reads.
void beside_fetches(benchmark::State& state) {
  world w;
  const auto bearer = ready_bearer(w.sys);
  const auto readers = readers_of(bearer);
  const auto read_beside = [&](auto work) {
    const auto other = companion(1, std::move(work));
    return at_once(1, reads, readers).processor;
  };
  compare(
    state, [&] { return read_beside([&] { return bearer.fetch(); }); },
    [&] { return read_beside(readers()); });
}

void threads(benchmark::internal::Benchmark* b) {
  pieces(b);
  b->Arg(1)->Arg(2)->Arg(4)->Arg(8);
}

BENCHMARK(measure<behind_mutex<>>)
  ->Name("mutex_and_shared_ptr")
  ->Apply(threads);
BENCHMARK(measure<behind_shared_mutex<>>)
  ->Name("shared_mutex_and_shared_ptr")
  ->Apply(threads);
BENCHMARK(measure<behind_atomic<>>)->Name("atomic_shared_ptr")->Apply(threads);
BENCHMARK(measure<behind_mutex<coarse_clock>>)
  ->Name("mutex_and_shared_ptr_with_coarse_clock")
  ->Apply(pieces)
  ->Arg(1);
BENCHMARK(measure<behind_shared_mutex<coarse_clock>>)
  ->Name("shared_mutex_and_shared_ptr_with_coarse_clock")
  ->Apply(pieces)
  ->Arg(1);
BENCHMARK(measure<behind_atomic<coarse_clock>>)
  ->Name("atomic_shared_ptr_with_coarse_clock")
  ->Apply(pieces)
  ->Arg(1);
BENCHMARK(threads_at_once)->Apply(pieces)->Arg(2)->Arg(4)->Arg(8);
BENCHMARK(beside_fetches)->Apply(pieces);

} // namespace bearer::bench
