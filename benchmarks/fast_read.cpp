// What does it cost to read the token without a message, with more and more
// threads, and what do the usual ways cost?

#include <bearer/reader.hpp>

#include "support/world.hpp"

#include <benchmark/benchmark.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <shared_mutex>

namespace bearer::bench {

/// What somebody would write instead: a token behind a lock.
struct shared_token {
  token tok = long_lived_token(1024);

  bool good() const {
    return caf::make_timestamp() < *tok.expires_at;
  }
};

/// One for all threads of a program.
template <class T>
T& shared() {
  static T result;
  return result;
}

// -- the usual ways -----------------------------------------------------------

struct behind_mutex {
  std::mutex mutex;
  std::shared_ptr<const shared_token> current
    = std::make_shared<shared_token>();
};

void mutex_and_shared_ptr(benchmark::State& state) {
  auto& there = shared<behind_mutex>();
  for (auto _ : state) {
    auto mine = std::shared_ptr<const shared_token>{};
    {
      const auto guard = std::lock_guard{there.mutex};
      mine = there.current;
    }
    benchmark::DoNotOptimize(mine->good());
  }
}

struct behind_shared_mutex {
  std::shared_mutex mutex;
  std::shared_ptr<const shared_token> current
    = std::make_shared<shared_token>();
};

void shared_mutex_and_shared_ptr(benchmark::State& state) {
  auto& there = shared<behind_shared_mutex>();
  for (auto _ : state) {
    auto mine = std::shared_ptr<const shared_token>{};
    {
      const auto guard = std::shared_lock{there.mutex};
      mine = there.current;
    }
    benchmark::DoNotOptimize(mine->good());
  }
}

struct behind_atomic {
  std::atomic<std::shared_ptr<const shared_token>> current
    = std::make_shared<const shared_token>();
};

void atomic_shared_ptr(benchmark::State& state) {
  auto& there = shared<behind_atomic>();
  for (auto _ : state) {
    auto mine = there.current.load();
    benchmark::DoNotOptimize(mine->good());
  }
}

// -- ours ---------------------------------------------------------------------

struct one_bearer {
  world w;
  handle bearer = ready_bearer(w.sys);
};

/// Lives from set-up to tear-down: no actor system outlives `main`.
std::unique_ptr<one_bearer> there;

void fast_read(benchmark::State& state) {
  auto reader = there->bearer.reader();
  if (reader.read() == nullptr)
    state.SkipWithError("nothing to read");
  for (auto _ : state)
    benchmark::DoNotOptimize(reader.read());
}

void threads(benchmark::internal::Benchmark* b) {
  b->UseRealTime()->Threads(1)->Threads(2)->Threads(4)->Threads(8);
}

BENCHMARK(mutex_and_shared_ptr)->Apply(threads);
BENCHMARK(shared_mutex_and_shared_ptr)->Apply(threads);
BENCHMARK(atomic_shared_ptr)->Apply(threads);
BENCHMARK(fast_read)
  ->Apply(threads)
  ->Setup([](const benchmark::State&) {
    there = std::make_unique<one_bearer>();
  })
  ->Teardown([](const benchmark::State&) { there.reset(); });

} // namespace bearer::bench
