#pragma once

#include <caf/timespan.hpp>

#include "simulation/step.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// A bearer with an owner and replicas, and the network between them. Steps
/// name nodes by numbers: 0 is the owner's.
namespace bearer::sim::cluster {

constexpr std::size_t nodes = 3;

/// The number of another owner, with a source of its own, that replicas know in
/// some scenarios. Nobody asks there, and nothing is wrong with its network.
constexpr std::size_t second_owner = nodes;

namespace steps {

// As for a single bearer.
using sim::steps::deliver;
using sim::steps::pass;
using sim::steps::settle;
using sim::steps::source;
using sim::steps::stall;

/// A new actor of the node fetches once.
struct fetch {
  std::size_t at;
  bool renew_required;
  bool report_error;
  /// Than the token that came there last.
  bool newer;
  std::optional<caf::timespan> timeout;
};

/// What came there last is rejected.
struct reject {
  std::size_t at;
};

struct read {
  std::size_t at;
};

struct request_renewal {
  std::size_t at;
};

/// From now on a node's wall clock is that much ahead of the right time.
struct skew {
  std::size_t at;
  caf::timespan by;
};

/// A node's bearer is stopped, and stays so until there is another one.
struct stop {
  std::size_t at;
};

/// A replica's connections break, and it gets no new ones.
struct cut {
  std::size_t at;
};

/// Nothing comes through between a replica and the owner, and nobody is told.
struct mute {
  std::size_t at;
};

/// The network of a replica is well again.
struct mend {
  std::size_t at;
};

/// The owner is killed, and another one started in its place.
struct restart {};

/// The other owner begins, or ends.
struct change_second {};

/// A replica is dropped, and another one connects in its place.
struct replace {
  std::size_t at;
};

} // namespace steps

using step
  = std::variant<steps::deliver, steps::settle, steps::pass, steps::stall,
                 steps::source, steps::fetch, steps::reject, steps::read,
                 steps::request_renewal, steps::skew, steps::stop, steps::cut,
                 steps::mute, steps::mend, steps::restart, steps::change_second,
                 steps::replace>;

/// What kind of step it is.
std::string name_of(const step& what);

/// The names of all steps.
std::vector<std::string> names();

/// One line.
std::string to_string(const step& what);

} // namespace bearer::sim::cluster
