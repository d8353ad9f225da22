#pragma once

#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/outside_line.hpp>
#include <bearer/error.hpp>
#include <bearer/remote/address.hpp>
#include <bearer/remote/detail/probe.hpp>
#include <bearer/remote/detail/wire.hpp>

#include <caf/action.hpp>
#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/expected.hpp>
#include <caf/io/middleman_actor.hpp>
#include <caf/node_id.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>

namespace bearer::remote::detail {

/// Connects an actor to gates, one at a time. A call that was given up is never
/// heard of again. Lives in the actor's state.
/// @tparam Self the actor's type.
template <class Self>
class dialer {
public:
  /// @param network CAF's actor that connects.
  /// @param loopback_only Never leave this machine, whatever names say.
  dialer(Self* self, caf::io::middleman_actor network, bool loopback_only)
    : self_(self), network_(std::move(network)), loopback_only_(loopback_only) {
    outside_->attach(caf::weak_actor_ptr{self->ctrl()});
  }

  dialer(const dialer&) = delete;

  dialer& operator=(const dialer&) = delete;

  ~dialer() {
    outside_->detach();
  }

  /// Connects, then runs `on_end(gate)` or `on_end(error)`, by the deadline or
  /// a little later.
  template <class F>
  void call(const address& where,
            std::chrono::steady_clock::time_point deadline, F on_end) {
    const auto number = ++calls_;
    if (busy_->exchange(true)) {
      // A name that is not found out about in one attempt mostly is not in the
      // next one either; at least one thread is all that waits for it.
      on_end(failed(where, "the last attempt is still looking for a name"));
      return;
    }
    auto next = [this, number, deadline, where,
                 on_end](caf::expected<listener_found> found) {
      if (number != calls_)
        return;
      if (found)
        connect(number, where, *found, deadline, on_end);
      else
        on_end(std::move(found.error()));
    };
    try {
      std::thread{run<decltype(next)>, outside_, busy_, where,
                  loopback_only_,      deadline, next}
        .detach();
    } catch (const std::exception& ex) {
      // No thread or no memory.
      *busy_ = false;
      on_end(failed(where, std::string{"cannot start a thread: "} + ex.what()));
    }
  }

  /// Gives up the call under way, if any.
  void hang_up() {
    ++calls_;
  }

private:
  using line = bearer::detail::outside_line;

  using ids = std::set<std::string>;

  static caf::error failed(const address& where, const std::string& why) {
    return caf::make_error(errc::connection_failed,
                           to_string(where) + ": " + why);
  }

  static caf::expected<listener_found>
  probe_in_any_case(const address& where, bool loopback_only,
                    std::chrono::steady_clock::time_point deadline) {
    try {
      return probe(where, loopback_only, deadline);
    } catch (const std::exception& ex) {
      return failed(where, ex.what());
    }
  }

  /// The life of the thread that probes.
  template <class F>
  static void run(const std::shared_ptr<line>& outside,
                  const std::shared_ptr<std::atomic<bool>>& busy,
                  const address& where, bool loopback_only,
                  std::chrono::steady_clock::time_point deadline, F next) {
    auto found = probe_in_any_case(where, loopback_only, deadline);
    *busy = false;
    outside->reach([&](const caf::strong_actor_ptr& whom) {
      bearer::detail::anon_mail(caf::actor_cast<caf::actor>(whom),
                                caf::make_action(
                                  [next = std::move(next),
                                   found = std::move(found)]() mutable {
                                    next(std::move(found));
                                  }));
    });
  }

  template <class F>
  void connect(std::uint64_t number, const address& named,
               const listener_found& found,
               std::chrono::steady_clock::time_point deadline, F on_end) {
    const auto left
      = std::max<caf::timespan>(deadline - std::chrono::steady_clock::now(),
                                std::chrono::milliseconds{1});
    bearer::detail::mail(self_, caf::connect_atom_v, found.where.host,
                         found.where.port)
      .request(network_, left)
      .then(
        [this, number, named, on_end, socket = found.socket](
          const caf::node_id&, const caf::strong_actor_ptr& whom,
          const ids& interface) {
          if (number != calls_)
            return;
          socket_ = socket;
          on_end(check(named, whom, interface));
        },
        [this, number, named, on_end](const caf::error& err) {
          if (number == calls_)
            on_end(failed(named, caf::to_string(err)));
        });
  }

  caf::expected<gate_actor> check(const address& named,
                                  const caf::strong_actor_ptr& whom,
                                  const ids& interface) const {
    if (!whom
        || !self_->system().assignable(interface, self_->system().message_types(
                                                    gate_actor{})))
      return failed(named, "no bearer is published there");
    return caf::actor_cast<gate_actor>(whom);
  }

  Self* self_;
  caf::io::middleman_actor network_;
  bool loopback_only_;
  std::uint64_t calls_ = 0;

  /// Of the last probe that has led to a connection.
  held_socket socket_;

  std::shared_ptr<line> outside_ = std::make_shared<line>();

  /// Whether a thread is on its way.
  std::shared_ptr<std::atomic<bool>> busy_
    = std::make_shared<std::atomic<bool>>(false);
};

} // namespace bearer::remote::detail
