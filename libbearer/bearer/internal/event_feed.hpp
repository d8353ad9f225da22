#pragma once

#include <bearer/actors.hpp>
#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/monitor.hpp>
#include <bearer/event.hpp>

#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>
#include <caf/timestamp.hpp>

#include <map>
#include <memory>
#include <utility>

namespace bearer::internal {

/// Tells listeners what happens. Holds them weakly and forgets them when they
/// end.
/// @tparam Self the actor type of the sender.
template <class Self>
class event_feed {
public:
  explicit event_feed(Self* self) : self_(self) {
    // nop
  }

  /// Adds a listener, which gets the present state first. Idempotent.
  void add(const event_listener& who, caf::timestamp now, status present) {
    auto addr = caf::actor_cast<caf::actor_addr>(who);
    if (!listeners_)
      listeners_ = std::make_unique<map>();
    if (listeners_->count(addr) > 0)
      return;
    auto forget = [this, addr](const caf::error&) { listeners_->erase(addr); };
    listeners_->emplace(addr, detail::monitor(self_, who, forget));
    send(who, event{now, std::move(present)});
  }

  void remove(const event_listener& who) {
    if (listeners_)
      listeners_->erase(caf::actor_cast<caf::actor_addr>(who));
  }

  /// Tells everybody.
  template <class What>
  void emit(caf::timestamp now, What what) {
    if (!listeners_ || listeners_->empty())
      return;
    const auto told = event{now, std::move(what)};
    for (const auto& [addr, monitoring] : *listeners_)
      if (auto who = caf::actor_cast<event_listener>(addr))
        send(who, told);
  }

  /// Tells everybody that this is the end, and forgets them.
  void end(caf::timestamp now) {
    emit(now, events::stopped{});
    if (listeners_)
      listeners_->clear();
  }

  /// Tells a latecomer that the end has been.
  void send_end(const event_listener& who, caf::timestamp now) {
    send(who, event{now, events::stopped{}});
  }

private:
  /// Anonymous, because CAF returns a listener's error to the sender, where it
  /// would end the bearer, and because a listener could delegate to the cache
  /// in the sender's name.
  static void send(const event_listener& who, const event& what) {
    detail::anon_mail(who, what);
  }

  using map = std::map<caf::actor_addr, detail::monitoring>;

  Self* self_;

  /// Most bearers have none, and no map then.
  std::unique_ptr<map> listeners_;
};

} // namespace bearer::internal
