#pragma once

#include <bearer/actors.hpp>
#include <bearer/attempt.hpp>
#include <bearer/detail/outside_line.hpp>
#include <bearer/token.hpp>

#include <caf/actor_control_block.hpp>
#include <caf/actor_system.hpp>
#include <caf/expected.hpp>
#include <caf/typed_actor.hpp>

#include <functional>
#include <memory>
#include <stop_token>

namespace bearer::detail {

/// Obtains a token and may block; runs on none of CAF's threads and may throw.
/// The attempt's budget is what is left of it when the call starts. The stop
/// token says that nobody wants the result any more.
using blocking_function
  = std::function<caf::expected<token>(const attempt&, std::stop_token)>;

/// What the thread of one call and the actors that wait for it have in common.
/// The thread outlives the actors if the function blocks, even the actor
/// system. All members may be called from any thread.
class call_record {
public:
  using result_handler = std::function<void(caf::expected<token>)>;

  /// Asks the function to end early; runs its stop callbacks here and now.
  void request_stop() {
    stop_.request_stop();
  }

  std::stop_token stop_token() const {
    return stop_.get_token();
  }

  /// Whether the function has returned. Hold `lock()` to rely on a "no".
  bool ended() const;

  /// As long as this is held, the call does not end.
  outside_line::guard lock() const {
    return receiver_.lock();
  }

  /// Runs `on_result` inside `receiver` when the call ends.
  void attach(caf::weak_actor_ptr receiver, result_handler on_result);

  /// The receiver ends; from now on nobody touches it.
  void detach();

  /// There will be no call: its receiver has ended before.
  void abandon() noexcept;

  /// The call ends.
  void complete(caf::expected<token> result);

private:
  outside_line receiver_;
  std::stop_source stop_;

  // Guarded by the line's lock.
  bool ended_ = false;
  result_handler on_result_;
};

/// Waits for one call. It is an actor of its own because a parked promise keeps
/// its actor alive on CAF 1.x: the source's actor, which parks none, ends with
/// its last handle and then ends this one.
using blocking_call = caf::typed_actor<
  // Starts the thread and answers with its result.
  caf::result<token>(fetch_atom, attempt),
  // Asks the function to end and answers when it has, or after the grace.
  caf::result<void>(close_atom, caf::timespan),
  // Gives up: answers all that wait with an error, and ends.
  caf::result<void>(stop_atom)>;

class thread_crew;

/// Spawns the actor for one call of `function`, which takes a single fetch.
/// @param crew The threads that it waits for; if null, then it has one of its
///             own.
blocking_call
spawn_blocking_call(caf::actor_system& sys, std::shared_ptr<call_record> record,
                    std::shared_ptr<const blocking_function> function,
                    std::shared_ptr<thread_crew> crew = nullptr);

} // namespace bearer::detail
