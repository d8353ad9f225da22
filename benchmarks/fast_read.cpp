// What does it cost to read the token without a message, with more and more
// threads, and what do the usual ways cost?

#include <bearer/reader.hpp>

#include "support/at_once.hpp"
#include "support/compare.hpp"
#include "support/world.hpp"

#include <atomic>
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

/// What somebody would write instead: a token behind a lock.
struct shared_token {
  token tok = long_lived_token(1024);

  bool good() const {
    return caf::make_timestamp() < *tok.expires_at;
  }
};

struct behind_mutex {
  bool read() {
    auto mine = std::shared_ptr<const shared_token>{};
    {
      const auto guard = std::lock_guard{mutex};
      mine = current;
    }
    return mine->good();
  }

  std::mutex mutex;
  std::shared_ptr<const shared_token> current
    = std::make_shared<shared_token>();
};

struct behind_shared_mutex {
  bool read() {
    auto mine = std::shared_ptr<const shared_token>{};
    {
      const auto guard = std::shared_lock{mutex};
      mine = current;
    }
    return mine->good();
  }

  std::shared_mutex mutex;
  std::shared_ptr<const shared_token> current
    = std::make_shared<shared_token>();
};

struct behind_atomic {
  bool read() {
    const auto mine = current.load();
    return mine->good();
  }

  std::atomic<std::shared_ptr<const shared_token>> current
    = std::make_shared<const shared_token>();
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

void mutex_and_shared_ptr(benchmark::State& state) {
  measure<behind_mutex>(state);
}

void shared_mutex_and_shared_ptr(benchmark::State& state) {
  measure<behind_shared_mutex>(state);
}

void atomic_shared_ptr(benchmark::State& state) {
  measure<behind_atomic>(state);
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

BENCHMARK(mutex_and_shared_ptr)->Apply(threads);
BENCHMARK(shared_mutex_and_shared_ptr)->Apply(threads);
BENCHMARK(atomic_shared_ptr)->Apply(threads);
BENCHMARK(threads_at_once)->Apply(pieces)->Arg(2)->Arg(4)->Arg(8);
BENCHMARK(beside_fetches)->Apply(pieces);

} // namespace bearer::bench
