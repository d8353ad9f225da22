#pragma once

#include <bearer/actors.hpp>
#include <bearer/detail/caf_compat.hpp>
#include <bearer/event.hpp>

#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>
#include <caf/disposable.hpp>
#include <caf/actor_control_block.hpp>

#include <map>
#include <utility>

namespace bearer::internal {

/// The listeners of one refresher: held weakly, forgotten when they end.
/// @tparam Self the refresher's actor type.
template <class Self>
class subscriptions {
public:
  explicit subscriptions(Self* self) : self_(self) {
    // nop
  }

  /// Adds a listener and sends it the first event. Idempotent.
  void add(const event_listener& listener, const event& first) {
    auto addr = caf::actor_cast<caf::actor_addr>(listener);
    if (!listener || listeners_.count(addr) > 0)
      return;
    auto forget = [this, addr](const caf::error&) { listeners_.erase(addr); };
    listeners_.emplace(addr, detail::monitor(self_, listener, forget));
    detail::mail(self_, first).send(listener);
  }

  void remove(const event_listener& listener) {
    auto i = listeners_.find(caf::actor_cast<caf::actor_addr>(listener));
    if (i == listeners_.end())
      return;
    i->second.dispose();
    listeners_.erase(i);
  }

  bool empty() const noexcept {
    return listeners_.empty();
  }

  void send(const event& what) {
    for (auto& [addr, monitoring] : listeners_)
      if (auto listener = caf::actor_cast<event_listener>(addr))
        detail::mail(self_, what).send(listener);
  }

  /// Forgets everybody.
  void clear() {
    for (auto& [addr, monitoring] : listeners_)
      monitoring.dispose();
    listeners_.clear();
  }

private:
  Self* self_;
  std::map<caf::actor_addr, caf::disposable> listeners_;
};

} // namespace bearer::internal
