#pragma once

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include "simulation/observation.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace bearer::sim::spec {

/// A point in the order of observations. Between two calms lies an epoch; at
/// its end every message has been processed.
struct point {
  moment at;
  std::size_t epoch = 0;
  std::size_t position = 0;
};

/// A call of the source.
struct call {
  attempt what;
  point at;
  std::optional<point> answered;
  /// None if CAF names the error, or if there is none yet.
  std::optional<caf::expected<token>> answer;
};

struct fetch {
  fetch_options what;
  route via;
  std::optional<std::size_t> receiver;
  point sent;
  std::optional<point> answered;
  std::optional<caf::expected<token>> answer;
  /// When the bearer had it at the latest; set at the end of its epoch.
  std::optional<caf::timespan> arrived;
  /// The highest count that anybody had read before it was sent.
  std::uint64_t read = 0;
  /// The count of the token that was there all through its epoch, else 0.
  std::uint64_t had = 0;
  /// Nobody will see its answer.
  bool killed = false;
  /// The bearer certainly owes it nothing more.
  bool settled = false;
  /// Whether it was answered by the end of an attempt rather than at once; none
  /// if that cannot be told, or has not been.
  std::optional<bool> waited;
  /// How many answers came.
  std::size_t answers = 0;
};

struct rejection {
  generation what;
  point at;
  bool at_once;
};

/// What a reader has read that was a token.
struct reads {
  std::uint64_t all = 0;

  /// Those before it saw another one.
  std::uint64_t past = 0;

  generation last;
};

struct listener {
  point subscribed;
  std::optional<point> unsubscribed;
  std::vector<event> told;
};

/// What was seen, in order. Judges nothing.
struct record {
  void add(const observation& x);

  /// Begins a new epoch.
  void turn_page(const moment& now);

  /// The last calm.
  moment calm_at;

  /// The present epoch, and its observations so far.
  std::size_t epoch = 0;
  std::vector<observation> recent;

  std::vector<call> calls;
  std::optional<point> source_killed;
  std::map<std::size_t, fetch> fetches;
  std::set<std::size_t> killed;
  std::vector<rejection> rejections;
  std::map<std::size_t, listener> listeners;

  // Wishes, each time for the last one.
  std::optional<point> retry_asked;
  std::optional<point> renewal_requested;
  std::optional<point> prefetched;

  std::map<seen::eyes, reads> readers;

  // The end, each time for the first one.
  std::optional<point> stopped;
  std::optional<point> closed;
  std::optional<point> abandoned;
  caf::timespan grace{0};
  /// When the bearer had it at the latest.
  std::optional<caf::timespan> close_arrived;
  std::size_t source_closings = 0;
  /// When the source was closed, and what was left of the grace for it.
  std::optional<point> source_closed;
  caf::timespan left{0};
  std::size_t close_calls = 0;
  std::size_t close_answers = 0;

  /// Whether time has passed in the present epoch while messages lay about.
  bool stalled() const;

  /// Whether the end was asked for in any way.
  bool ending() const {
    return stopped || closed || abandoned;
  }
};

} // namespace bearer::sim::spec
