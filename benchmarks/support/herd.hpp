#pragma once

#include "support/sequence.hpp"

#include <caf/event_based_actor.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <future>
#include <utility>

namespace bearer::bench {

/// Starts `count` rounds at once, `round(self, i, next)` each, and waits for
/// the end of all. They come from many actors, because CAF searches the open
/// requests of an actor one by one.
/// @returns the seconds that it took.
template <class Round>
double run_herd(caf::actor_system& sys, std::size_t count, Round round) {
  constexpr auto each = std::size_t{100};
  auto done = std::promise<void>{};
  auto end = done.get_future();
  auto left = std::atomic<std::size_t>{count};
  const auto start = stop_watch::now();
  for (std::size_t first = 0; first < count; first += each)
    sys.spawn([&, first](caf::event_based_actor* self) {
      for (auto i = first; i < std::min(first + each, count); ++i)
        round(self, i, [&] {
          if (--left == 0)
            done.set_value();
        });
    });
  end.wait();
  return seconds_since(start);
}

/// What the sources of these questions take for an attempt.
inline constexpr auto source_time = std::chrono::milliseconds{50};

} // namespace bearer::bench
