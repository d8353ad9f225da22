#pragma once

#include <caf/action.hpp>
#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_clock.hpp>
#include <caf/config.hpp>
#include <caf/disposable.hpp>
#include <caf/error.hpp>
#include <caf/send.hpp>

#include <memory>
#include <tuple>
#include <utility>

#if CAF_MAJOR_VERSION >= 1
#  include <caf/anon_mail.hpp>
#endif

/// The one place that knows which CAF it is compiled against: everything here
/// has the shape that CAF 1.x prefers and works on 0.18.7 as well. Gates use
/// `CAF_MAJOR_VERSION`, because `CAF_VERSION` of 1.1.0 compares below 0.18.7's.
namespace bearer::detail {

#if CAF_MAJOR_VERSION >= 1

/// Starts sending `xs` from `self`; finish with `.send(to)`,
/// `.request(to, timeout)` or `.delegate(to)`.
template <class Self, class... Ts>
auto mail(Self* self, Ts&&... xs) {
  return self->mail(std::forward<Ts>(xs)...);
}

/// Sends `xs` to `to` without a sender.
template <class Handle, class... Ts>
void anon_mail(const Handle& to, Ts&&... xs) {
  caf::anon_mail(std::forward<Ts>(xs)...).send(to);
}

/// Runs `on_down(reason)` inside `self` once `whom` has terminated.
/// @returns a disposable that ends the monitoring.
template <class Self, class Handle, class F>
caf::disposable monitor(Self* self, const Handle& whom, F on_down) {
  return self->monitor(whom, [f = std::move(on_down)](const caf::error& why) {
    f(why);
  });
}

#else

/// Holds references, hence must be used within the expression that makes it.
template <class Self, class... Ts>
class [[nodiscard]] mail_builder {
public:
  mail_builder(Self* self, Ts&&... content)
    : self_(self), content_(std::forward<Ts>(content)...) {
    // nop
  }

  template <class Handle>
  void send(const Handle& to) && {
    std::apply(
      [&](auto&&... xs) { self_->send(to, std::forward<decltype(xs)>(xs)...); },
      std::move(content_));
  }

  template <class Handle, class Timeout>
  auto request(const Handle& to, Timeout timeout) && {
    return std::apply(
      [&](auto&&... xs) {
        return self_->request(to, timeout, std::forward<decltype(xs)>(xs)...);
      },
      std::move(content_));
  }

  template <class Handle>
  auto delegate(const Handle& to) && {
    return std::apply(
      [&](auto&&... xs) {
        return self_->delegate(to, std::forward<decltype(xs)>(xs)...);
      },
      std::move(content_));
  }

private:
  Self* self_;
  std::tuple<Ts&&...> content_;
};

/// Starts sending `xs` from `self`; finish with `.send(to)`,
/// `.request(to, timeout)` or `.delegate(to)`.
template <class Self, class... Ts>
auto mail(Self* self, Ts&&... xs) {
  return mail_builder<Self, Ts...>{self, std::forward<Ts>(xs)...};
}

/// Sends `xs` to `to` without a sender.
template <class Handle, class... Ts>
void anon_mail(const Handle& to, Ts&&... xs) {
  caf::anon_send(to, std::forward<Ts>(xs)...);
}

/// Runs `on_down(reason)` inside `self` once `whom` has terminated.
/// @returns a disposable that ends the monitoring.
template <class Self, class Handle, class F>
caf::disposable monitor(Self* self, const Handle& whom, F on_down) {
  // CAF's own down handler is one per actor and hears all monitors; an
  // attached functor serves each of them, and holds `self` weakly.
  auto reason = std::make_shared<caf::error>();
  auto what
    = caf::make_action([reason, f = std::move(on_down)] { f(*reason); });
  auto observer = caf::weak_actor_ptr{self->ctrl()};
  whom->attach_functor([what, reason, observer](const caf::error& why) {
    *reason = why;
    if (auto ptr = observer.lock(); ptr && !what.disposed())
      caf::anon_send(caf::actor_cast<caf::actor>(ptr), what);
  });
  return what.as_disposable();
}

#endif

/// Runs `f` inside `self` at `when`. The pending timer keeps nobody alive.
/// @returns a disposable that may be disposed on any thread. A run that is on
///          its way to the actor by then still comes.
template <class Self, class F>
caf::disposable schedule(Self* self, caf::actor_clock::time_point when, F f) {
  // CAF's own overload for weak pointers is not thread-safe when disposed on
  // 0.18.7, hence an action that only forwards.
  auto target = caf::weak_actor_ptr{self->ctrl()};
  auto forward = [target, what = caf::make_action(std::move(f))] {
    if (auto ptr = target.lock())
      detail::anon_mail(caf::actor_cast<caf::actor>(ptr), what);
  };
  return self->clock().schedule(when, caf::make_action(std::move(forward)));
}

} // namespace bearer::detail
