#pragma once

#include <caf/abstract_actor.hpp>
#include <caf/action.hpp>
#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_clock.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/behavior.hpp>
#include <caf/config.hpp>
#include <caf/disposable.hpp>
#include <caf/error.hpp>
#include <caf/exit_reason.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/message.hpp>
#include <caf/message_id.hpp>
#include <caf/message_priority.hpp>
#include <caf/send.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#if CAF_MAJOR_VERSION >= 1
#  include <caf/anon_mail.hpp>
#  include <caf/scheduler.hpp>
#else
#  include <caf/execution_unit.hpp>
#  include <caf/monitorable_actor.hpp>
#endif

/// The one place that knows which CAF it is compiled against: everything here
/// has the shape that CAF 1.x prefers and works on 0.18.7 as well. Gates use
/// `CAF_MAJOR_VERSION`, because `CAF_VERSION` of 1.1.0 compares below 0.18.7's.
namespace bearer::detail {

#if CAF_MAJOR_VERSION >= 1

/// Starts sending `xs` from `self`; finish with `.send(to)`,
/// `.request(to, timeout)` or `.delegate(to)`, the first two after `.urgent()`
/// if the message is to overtake others.
template <class Self, class... Ts>
auto mail(Self* self, Ts&&... xs) {
  return self->mail(std::forward<Ts>(xs)...);
}

/// Sends `xs` to `to` without a sender.
template <class Handle, class... Ts>
void anon_mail(const Handle& to, Ts&&... xs) {
  caf::anon_mail(std::forward<Ts>(xs)...).send(to);
}

/// Lets `self` live through errors that others send it unasked. By default they
/// end an actor.
template <class Self>
void ignore_errors(Self* self) {
  // Deprecated in favour of a handler in the behavior, which 0.18.7 does not
  // know.
#  pragma GCC diagnostic push
#  pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  self->set_error_handler([](caf::error&) {});
#  pragma GCC diagnostic pop
}

/// The option `caf.openssl.<name>`, empty if it is not set.
/// @param config a `caf::actor_system_config`.
template <class Config>
std::string openssl_option(const Config& config, std::string_view name) {
  return get_or(config, "caf.openssl." + std::string{name}, std::string{});
}

/// What an actor is handed that puts a message into a mailbox.
using executor = caf::scheduler;

/// Whether the answer to `what` goes anywhere but to its sender.
inline bool has_stages(const caf::mailbox_element&) noexcept {
  return false;
}

/// Where the answer to a message goes before it goes to who has asked: nowhere.
struct detour {
  explicit operator bool() const noexcept {
    return false;
  }
};

inline detour take_detour(caf::mailbox_element&) noexcept {
  return {};
}

inline void send_along(detour, const caf::strong_actor_ptr&, caf::message_id,
                       caf::message, executor*) noexcept {
  // nop
}

/// What goes into a mailbox.
inline caf::mailbox_element_ptr make_letter(caf::strong_actor_ptr sender,
                                            caf::message_id id,
                                            caf::message content) {
  return caf::make_mailbox_element(std::move(sender), id, std::move(content));
}

/// The same question of the same asker, with other content. CAF will not answer
/// `what` then.
inline caf::mailbox_element_ptr rewrite(caf::mailbox_element& what,
                                        caf::message content) {
  auto result = make_letter(nullptr, what.mid, std::move(content));
  // Not before there is memory.
  result->sender = std::exchange(what.sender, nullptr);
  return result;
}

/// The base of actors that CAF does not schedule.
class unscheduled_actor : public caf::abstract_actor {
protected:
  using caf::abstract_actor::abstract_actor;

  /// Nobody refers to it any more. Its end comes after this. May make no new
  /// references to it.
  virtual void on_last_reference() noexcept = 0;

private:
  void force_close_mailbox() final {
    on_last_reference();
  }
};

#else

/// The same question of the same asker, with other content. CAF will not answer
/// `what` then.
inline caf::mailbox_element_ptr rewrite(caf::mailbox_element& what,
                                        caf::message content) {
  auto result = caf::make_mailbox_element(nullptr, what.mid, {},
                                          std::move(content));
  // Not before there is memory.
  result->sender = std::exchange(what.sender, nullptr);
  result->stages = std::exchange(what.stages, {});
  return result;
}

/// Holds references, hence must be used within the expression that makes it.
template <caf::message_priority Priority, class Self, class... Ts>
class [[nodiscard]] mail_builder {
public:
  explicit mail_builder(Self* self, std::tuple<Ts&&...> content)
    : self_(self), content_(std::move(content)) {
    // nop
  }

  /// Overtakes messages that are not.
  auto urgent() && {
    return mail_builder<caf::message_priority::high, Self, Ts...>{
      self_, std::move(content_)};
  }

  template <class Handle>
  void send(const Handle& to) && {
    std::apply(
      [&](auto&&... xs) {
        self_->template send<Priority>(to, std::forward<decltype(xs)>(xs)...);
      },
      std::move(content_));
  }

  template <class Handle, class Timeout>
  auto request(const Handle& to, Timeout timeout) && {
    return std::apply(
      [&](auto&&... xs) {
        return self_->template request<Priority>(
          to, timeout, std::forward<decltype(xs)>(xs)...);
      },
      std::move(content_));
  }

  /// CAF's own would make a response promise for this.
  template <class Handle>
  auto delegate(const Handle& to) && {
    using result = decltype(self_->delegate(to, std::declval<Ts>()...));
    auto& what = *self_->current_mailbox_element();
    auto pass = [&](auto&&... xs) {
      auto letter
        = rewrite(what, caf::make_message(std::forward<decltype(xs)>(xs)...));
      if (auto* whom = caf::actor_cast<caf::abstract_actor*>(to))
        whom->enqueue(std::move(letter), self_->context());
    };
    std::apply(pass, std::move(content_));
    return result{};
  }

private:
  Self* self_;
  std::tuple<Ts&&...> content_;
};

/// Starts sending `xs` from `self`; finish with `.send(to)`,
/// `.request(to, timeout)` or `.delegate(to)`, the first two after `.urgent()`
/// if the message is to overtake others.
template <class Self, class... Ts>
auto mail(Self* self, Ts&&... xs) {
  return mail_builder<caf::message_priority::normal, Self, Ts...>{
    self, std::tuple<Ts&&...>{std::forward<Ts>(xs)...}};
}

/// Sends `xs` to `to` without a sender.
template <class Handle, class... Ts>
void anon_mail(const Handle& to, Ts&&... xs) {
  caf::anon_send(to, std::forward<Ts>(xs)...);
}

/// Lets `self` live through errors that others send it unasked. By default they
/// end an actor.
template <class Self>
void ignore_errors(Self* self) {
  self->set_error_handler([](caf::error&) {});
}

/// The option `caf.openssl.<name>`, empty if it is not set.
/// @param config a `caf::actor_system_config`.
template <class Config>
std::string openssl_option(const Config& config, std::string_view name) {
  // Members, which programs may set as well as the option.
  if (name == "certificate")
    return config.openssl_certificate;
  if (name == "key")
    return config.openssl_key;
  if (name == "passphrase")
    return config.openssl_passphrase;
  if (name == "cafile")
    return config.openssl_cafile;
  return name == "capath" ? config.openssl_capath : std::string{};
}

/// What an actor is handed that puts a message into a mailbox.
using executor = caf::execution_unit;

/// Whether the answer to `what` goes anywhere but to its sender.
inline bool has_stages(const caf::mailbox_element& what) noexcept {
  return !what.stages.empty();
}

/// Where the answer to a message goes before it goes to who has asked, if the
/// message came by way of composed actors. Mostly null.
using detour = std::unique_ptr<caf::mailbox_element::forwarding_stack>;

/// Takes it from a message, which CAF will not answer then.
inline detour take_detour(caf::mailbox_element& what) {
  if (!has_stages(what))
    return nullptr;
  return std::make_unique<caf::mailbox_element::forwarding_stack>(
    std::exchange(what.stages, {}));
}

/// Sends an answer on its way, as CAF does. What comes from other nodes may
/// name nobody.
inline void send_along(const detour& way, const caf::strong_actor_ptr& asker,
                       caf::message_id id, caf::message content,
                       executor* context) {
  const auto& next = way->back();
  if (!next)
    return;
  auto rest = *way;
  rest.pop_back();
  next->enqueue(caf::make_mailbox_element(asker, id, std::move(rest),
                                          std::move(content)),
                context);
}

/// What goes into a mailbox.
inline caf::mailbox_element_ptr make_letter(caf::strong_actor_ptr sender,
                                            caf::message_id id,
                                            caf::message content) {
  return caf::make_mailbox_element(std::move(sender), id, {},
                                   std::move(content));
}

/// The base of actors that CAF does not schedule.
class unscheduled_actor : public caf::monitorable_actor {
public:
  using caf::monitorable_actor::enqueue;

  void on_destroy() final {
    on_last_reference();
    cleanup(caf::exit_reason::unreachable, nullptr);
    unregister_from_system();
  }

protected:
  using caf::monitorable_actor::monitorable_actor;

  /// Nobody refers to it any more. Its end comes after this. May make no new
  /// references to it.
  virtual void on_last_reference() noexcept = 0;
};

#endif

/// Answers what `whom` awaits under this ID. Does nothing if it has ended or
/// does not wait any more.
inline void answer_from_outside(const caf::strong_actor_ptr& whom,
                                caf::message_id id) {
  whom->enqueue(make_letter(nullptr, id, {}), nullptr);
}

/// Lets `self` wait as for the answer to a request, though none was sent:
/// `on_answer()` runs inside `self` after `answer_from_outside`. It goes with
/// `self`.
/// @returns what `answer_from_outside` wants.
template <class Self, class F>
caf::message_id await_outside(Self* self, F on_answer) {
  const auto id = self->new_request_id(caf::message_priority::normal);
  self->add_multiplexed_response_handler(id.response_id(),
                                         caf::behavior{std::move(on_answer)});
  return id.response_id();
}

/// Whether `hdl` is the only reference to its actor, which then has no message
/// to process: one that has is referred to by whoever processes it.
template <class Handle>
bool is_only_reference(const Handle& hdl) noexcept {
  const auto* ctrl = caf::actor_cast<caf::actor_control_block*>(hdl);
  return ctrl->strong_refs.load(std::memory_order_acquire) == 1;
}

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
