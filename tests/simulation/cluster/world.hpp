#pragma once

#include <bearer/bearer.hpp>
#include <bearer/reader.hpp>
#include <bearer/remote/detail/wire.hpp>

#include "support/virtual_time.hpp"

#include "simulation/cluster/scenario.hpp"
#include "simulation/cluster/simulated_network.hpp"
#include "simulation/observation.hpp"
#include "simulation/simulated_source.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

namespace bearer::sim::cluster {

/// Lets steps happen to an owner and its replicas on virtual time, and reports
/// what can be seen at each of them.
class world {
public:
  /// Hears what was seen at a node, at a moment of that node's clocks; what a
  /// replica's fallback does, too.
  using observer = std::function<void(std::size_t node, const observation&)>;

  world(const scenario& what, observer tell);

  ~world();

  world(const world&) = delete;

  world& operator=(const world&) = delete;

  void play(const step& what);

  /// Delivers everything, and reports calm.
  void calm_down(std::uint64_t choice = 0);

  /// All sources and networks are well from now on, and so are the clocks; and
  /// there is no second owner.
  void heal();

  /// From now on the second owner is the only one: the first one is gone, or
  /// has been stopped and says so.
  void lose_first_owner(bool is_gone);

  /// Nobody holds any bearer any more, and the rest ends as well.
  void let_go();

  /// Time since the start.
  caf::timespan elapsed() const {
    return time_.elapsed();
  }

  /// Timers that are not a source's.
  std::size_t timers() const;

  /// Actors that live on.
  std::size_t running() const;

private:
  struct node {
    handle bearer;
    std::optional<bearer::reader> reader;
    std::shared_ptr<caf::timespan> ahead = std::make_shared<caf::timespan>(0);

    /// Of owners.
    remote::detail::desk_actor desk;

    /// An owner's source, or a replica's fallback.
    std::shared_ptr<source_script> script = std::make_shared<source_script>();
    closable_token_source source;
    token last_given;

    /// What came here last.
    generation latest;

    bool stopped = false;
  };

  // One for each kind of step.
  void apply(const steps::deliver& what);
  void apply(const steps::settle& what);
  void apply(const steps::pass& what);
  void apply(const steps::stall& what);
  void apply(const steps::source& what);
  void apply(const steps::fetch& what);
  void apply(const steps::reject& what);
  void apply(const steps::read& what);
  void apply(const steps::request_renewal& what);
  void apply(const steps::skew& what);
  void apply(const steps::stop& what);
  void apply(const steps::cut& what);
  void apply(const steps::mute& what);
  void apply(const steps::mend& what);
  void apply(const steps::restart& what);
  void apply(const steps::change_second& what);
  void apply(const steps::replace& what);

  void start_source(std::size_t at);
  void start_owner(std::size_t at);
  void start_replica(std::size_t at);
  void start(std::size_t at, caf::expected<handle> what);
  void end_owner(std::size_t at);
  void stop(std::size_t at);

  wall_clock clock_of(std::size_t at) const;

  caf::expected<token> answer(std::size_t at, const steps::source& plan);

  void tell(std::size_t at, decltype(observation::what) what);

  test::virtual_time time_;
  std::size_t running_before_;
  const scenario& what_;
  observer tell_;

  /// Of all sources.
  steps::source plan_;
  std::size_t secrets_ = 0;

  simulated_network network_{time_.sys()};

  /// The second owner's comes last.
  std::array<node, nodes + 1> nodes_;
  std::size_t callers_ = 0;
};

} // namespace bearer::sim::cluster
