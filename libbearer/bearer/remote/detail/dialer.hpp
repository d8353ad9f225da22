#pragma once

#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/outside_line.hpp>
#include <bearer/error.hpp>
#include <bearer/remote/address.hpp>
#include <bearer/remote/detail/probe.hpp>
#include <bearer/remote/detail/way.hpp>
#include <bearer/remote/detail/wire.hpp>
#include <bearer/source/detail/budget.hpp>

#include <caf/action.hpp>
#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_clock.hpp>
#include <caf/actor_system.hpp>
#include <caf/disposable.hpp>
#include <caf/expected.hpp>
#include <caf/node_id.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace bearer::remote::detail {

/// Connects an actor to gates, one at a time. A call that was given up is never
/// heard of again. Lives in the actor's state.
/// @tparam Self the actor's type.
template <class Self>
class dialer {
public:
  using steady_time = caf::actor_clock::time_point;

  using handler = std::function<void(caf::expected<gate_actor>)>;

  dialer(Self* self, way how) : self_(self), way_(std::move(how)) {
    outside_->attach(caf::weak_actor_ptr{self->ctrl()});
  }

  dialer(const dialer&) = delete;

  dialer& operator=(const dialer&) = delete;

  ~dialer() {
    timer_.dispose();
    outside_->detach();
  }

  /// Connects, then runs `on_end(gate)` or `on_end(error)`, by the deadline.
  void call(const address& where, steady_time deadline, handler on_end) {
    hang_up();
    call_ = {where, deadline, std::move(on_end), nullptr};
    timer_ = bearer::detail::schedule(self_, deadline, [this, number = calls_] {
      if (number == calls_ && call_)
        fail("no answer in time");
    });
    const auto busy = busy_.emplace(to_string(where), nullptr).first;
    if (!busy->second)
      busy->second = std::make_shared<std::atomic<bool>>(false);
    // A name that is not found out about in one attempt mostly is not in the
    // next one either; one thread is all that waits for it.
    if (busy->second->exchange(true))
      fail("the last attempt to reach it is still under way");
    else
      start_probe(busy->second);
  }

  /// Gives up the call under way, if any.
  void hang_up() {
    ++calls_;
    call_.reset();
    timer_.dispose();
    timer_ = caf::disposable{};
  }

private:
  using line = bearer::detail::outside_line;

  using flag = std::shared_ptr<std::atomic<bool>>;

  using ids = std::set<std::string>;

  struct pending {
    address where;
    steady_time deadline;
    handler on_end;

    /// Of the probe.
    held_socket socket;
  };

  // -- the end of a call ------------------------------------------------------

  void finish(caf::expected<gate_actor> outcome) {
    const auto ended = std::move(*call_);
    hang_up();
    ended.on_end(std::move(outcome));
  }

  void fail(const std::string& why) {
    finish(failed(call_->where, why));
  }

  static caf::error failed(const address& where, const std::string& why) {
    return caf::make_error(errc::connection_failed,
                           to_string(where) + ": " + why);
  }

  // -- the probe --------------------------------------------------------------

  void start_probe(const flag& busy) {
    // So that its reason comes before ours.
    const auto now = self_->clock().now();
    const auto until = now
                       + bearer::detail::inner_budget(call_->deadline - now);
    auto next = [this, number = calls_](caf::expected<listener_found> found) {
      if (number != calls_)
        return;
      if (found)
        connect(*found);
      else
        finish(std::move(found.error()));
    };
    auto report = [next, busy, outside = outside_](auto found) {
      *busy = false;
      hand_in(*outside, next, std::move(found));
    };
    try {
      way_.find(call_->where, way_.loopback_only, until, report);
    } catch (const std::exception& ex) {
      // No thread or no memory.
      *busy = false;
      fail(std::string{"cannot start a thread: "} + ex.what());
    }
  }

  /// Runs `next(found)` inside the actor, if that is still there.
  template <class F>
  static void
  hand_in(line& outside, F next, caf::expected<listener_found> found) {
    outside.reach([&](const caf::strong_actor_ptr& whom) {
      bearer::detail::anon_mail(caf::actor_cast<caf::actor>(whom),
                                caf::make_action(
                                  [next = std::move(next),
                                   found = std::move(found)]() mutable {
                                    next(std::move(found));
                                  }));
    });
  }

  // -- the connection ---------------------------------------------------------

  void connect(const listener_found& found) {
    // Not in the handlers, which may stay when the call is given up.
    call_->socket = found.socket;
    way_.network.hand_over(found.where, found.socket);
    const auto left = std::max<caf::timespan>(
      call_->deadline - self_->clock().now(), caf::timespan{1});
    bearer::detail::mail(self_, caf::connect_atom_v, found.where.host,
                         found.where.port)
      .request(way_.network.actor, left)
      .then(
        [this, number = calls_](const caf::node_id&,
                                const caf::strong_actor_ptr& whom,
                                const ids& interface) {
          if (number != calls_)
            return;
          socket_ = call_->socket;
          finish(check(whom, interface));
        },
        [this, number = calls_](const caf::error& err) {
          if (number == calls_)
            fail(caf::to_string(err));
        });
  }

  caf::expected<gate_actor> check(const caf::strong_actor_ptr& whom,
                                  const ids& interface) const {
    if (!whom
        || !self_->system().assignable(interface, self_->system().message_types(
                                                    gate_actor{})))
      return failed(call_->where, "no bearer is published there");
    return caf::actor_cast<gate_actor>(whom);
  }

  Self* self_;
  way way_;

  /// The call under way, and how many there were.
  std::optional<pending> call_;
  std::uint64_t calls_ = 0;

  /// For those that do not come to an end: a name server may not answer at all.
  caf::disposable timer_;

  /// Of the last probe that has led to a connection, unless that is CAF's.
  held_socket socket_;

  std::shared_ptr<line> outside_ = std::make_shared<line>();

  /// Of each address, whether a thread is on its way there.
  std::map<std::string, flag> busy_;
};

} // namespace bearer::remote::detail
