#pragma once

#include <bearer/bearer.hpp>
#include <bearer/reader.hpp>

#include "support/virtual_time.hpp"

#include "simulation/callers.hpp"
#include "simulation/dice.hpp"
#include "simulation/observation.hpp"
#include "simulation/scenario.hpp"
#include "simulation/simulated_source.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bearer::sim {

/// Lets steps happen to a real bearer on virtual time, and reports what can be
/// seen of it.
class world {
public:
  using observer = std::function<void(const observation&)>;

  world(const scenario& of, observer tell);

  ~world();

  world(const world&) = delete;

  world& operator=(const world&) = delete;

  void play(const step& what);

  /// Delivers everything, and reports calm.
  void calm_down(std::uint64_t choice = 0);

  /// The source is well from now on, whatever was planned.
  void heal_source();

  /// Timers that are not the source's.
  std::size_t timers() const;

  /// Ends the source and the listeners.
  void let_go();

  /// Actors that live on.
  std::size_t running() const;

  /// What no two runs have in common: the bearer's random id.
  std::uint64_t bearer_id() const {
    return current_.id;
  }

private:
  // One for each kind of step.
  void apply(const steps::deliver& what);
  void apply(const steps::settle& what);
  void apply(const steps::pass& what);
  void apply(const steps::stall& what);
  void apply(const steps::jump& what);
  void apply(const steps::drift& what);
  void apply(const steps::source& what);
  void apply(const steps::kill_source& what);
  void apply(const steps::fetch& what);
  void apply(const steps::kill_caller& what);
  void apply(const steps::can_retry& what);
  void apply(const steps::reject& what);
  void apply(const steps::reject_and_fetch& what);
  void apply(const steps::request_renewal& what);
  void apply(const steps::prefetch& what);
  void apply(const steps::read& what);
  void apply(const steps::ask_status& what);
  void apply(const steps::subscribe& what);
  void apply(const steps::unsubscribe& what);
  void apply(const steps::kill_listener& what);
  void apply(const steps::stop& what);
  void apply(const steps::close& what);
  void apply(const steps::drop_handles& what);

  void tell(decltype(observation::what) what);

  fetch_options options(const steps::fetch& what) const;

  /// Without a message.
  const token* read(seen::eyes whose);

  /// Reads what there is, which disturbs nobody and may happen at any time.
  void look_on();

  /// Lets go of the bearer.
  void drop();

  note taking_notes();

  /// Moves the clocks, the wall clock by its own rate.
  void move(caf::timespan by, bool stalled);

  caf::expected<token> answer(const steps::source& plan, const attempt& what);

  token fresh_token(const steps::source& plan);

  generation name(which what) const;

  void remember(const observation& what);

  test::virtual_time time_;
  std::size_t running_before_;
  observer tell_;
  std::int32_t drift_ppm_ = 0;

  /// How often the wall clock was set.
  std::int64_t jumps_ = 0;

  std::shared_ptr<source_script> script_ = std::make_shared<source_script>();
  steps::source plan_;
  closable_token_source source_;

  handle bearer_;
  std::map<seen::eyes, reader> readers_;
  std::vector<receiver_actor> receivers_;
  std::vector<caf::actor_addr> callers_;
  std::vector<event_listener> listeners_;

  // What the steps refer to: what was published, and given.
  generation current_;
  generation rejected_;
  std::map<std::uint64_t, token> given_;
  token last_given_;
  std::map<std::size_t, token> answers_;
  std::size_t attempts_ = 0;
  std::size_t secrets_ = 0;
};

} // namespace bearer::sim
