#pragma once

#include "support/sequence.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <latch>
#include <stdexcept>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include <pthread.h>
#include <sched.h>

/// Does the same in several threads.
namespace bearer::bench {

/// Seconds of a round: of all threads together, and of the processors.
struct cost {
  double real;
  double processor;
};

/// Keeps the calling thread on one of those that this program may use, because
/// they may be of different speed.
inline void stay_on_processor(std::size_t number) {
  static const auto usable = [] {
    auto all = cpu_set_t{};
    auto result = std::vector<int>{};
    if (sched_getaffinity(0, sizeof(all), &all) != 0)
      throw std::runtime_error("cannot tell the processors");
    for (auto i = 0; i < CPU_SETSIZE; ++i)
      if (CPU_ISSET(i, &all))
        result.push_back(i);
    return result;
  }();
  auto chosen = cpu_set_t{};
  CPU_SET(usable[number % usable.size()], &chosen);
  if (pthread_setaffinity_np(pthread_self(), sizeof(chosen), &chosen) != 0)
    throw std::runtime_error("cannot stay on a processor");
}

/// Of the calling thread.
inline double processor_seconds() {
  auto spent = timespec{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec)
         + static_cast<double>(spent.tv_nsec) / 1e9;
}

/// In each of `threads` threads, each on a processor of its own as far as there
/// are as many, makes `count` rounds of what `setup` returns there.
/// @param first Number of the first thread.
template <class Setup>
cost at_once(std::size_t threads, std::size_t count, Setup setup,
             std::size_t first = 0) {
  struct part {
    stop_watch::time_point start;
    stop_watch::time_point end;
    double processor;
  };
  auto parts = std::vector<part>(threads);
  auto ready = std::latch{static_cast<std::ptrdiff_t>(threads)};
  {
    auto workers = std::vector<std::jthread>{};
    for (std::size_t number = 0; number < threads; ++number)
      workers.emplace_back([&, number] {
        stay_on_processor(first + number);
        auto round = setup();
        ready.arrive_and_wait();
        auto& mine = parts[number];
        mine.start = stop_watch::now();
        mine.processor = -processor_seconds();
        for (std::size_t i = 0; i < count; ++i)
          benchmark::DoNotOptimize(round());
        mine.processor += processor_seconds();
        mine.end = stop_watch::now();
      });
  }
  auto whole = parts.front();
  for (std::size_t i = 1; i < threads; ++i) {
    whole.start = std::min(whole.start, parts[i].start);
    whole.end = std::max(whole.end, parts[i].end);
    whole.processor += parts[i].processor;
  }
  const auto all = static_cast<double>(threads * count);
  const auto real = std::chrono::duration<double>(whole.end - whole.start);
  return {real.count() / all, whole.processor / all};
}

/// The same with one thread after the other.
template <class Setup>
cost one_by_one(std::size_t threads, std::size_t count, Setup setup) {
  auto result = cost{};
  for (std::size_t number = 0; number < threads; ++number) {
    const auto one = at_once(1, count, setup, number);
    result.real += one.real / static_cast<double>(threads);
    result.processor += one.processor / static_cast<double>(threads);
  }
  return result;
}

/// Does `work` over and over in another thread, on the processor of this
/// number, until the result goes.
template <class Work>
std::jthread companion(std::size_t number, Work work) {
  return std::jthread{
    [number, work = std::move(work)](const std::stop_token& end) mutable {
      stay_on_processor(number);
      while (!end.stop_requested())
        benchmark::DoNotOptimize(work());
    }};
}

} // namespace bearer::bench
