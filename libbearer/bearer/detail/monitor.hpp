#pragma once

#include <bearer/detail/caf_compat.hpp>

#include <caf/action.hpp>
#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/attachable.hpp>
#include <caf/error.hpp>

#include <memory>
#include <utility>

/// Hearing of the end of other actors, one by one: the down handler of CAF
/// 0.18.7 is one for all that an actor monitors, and what CAF 1.1 offers leaves
/// its trace at the monitored actor.
namespace bearer::detail {

/// What a monitored actor has of a `monitoring`. Holds the observer weakly.
class down_watch : public caf::attachable {
public:
  down_watch(caf::weak_actor_ptr observer, caf::action what,
             std::shared_ptr<caf::error> reason)
    : observer_(std::move(observer)),
      what_(std::move(what)),
      reason_(std::move(reason)) {
    // nop
  }

  void actor_exited(const caf::error& why, executor*) override {
    *reason_ = why;
    if (auto ptr = observer_.lock(); ptr && !what_.disposed())
      detail::anon_mail(caf::actor_cast<caf::actor>(ptr), what_);
  }

  bool matches(const token& what) override {
    return what.subtype == token::anonymous && what.ptr == what_.ptr();
  }

private:
  caf::weak_actor_ptr observer_;
  caf::action what_;
  std::shared_ptr<caf::error> reason_;
};

/// Lets an actor hear of the end of another one until this ends, which leaves
/// nothing at the other one: even a weak reference would keep the memory of a
/// dead observer.
class [[nodiscard]] monitoring {
public:
  /// Constructs one that hears nothing.
  monitoring() = default;

  monitoring(caf::weak_actor_ptr whom, caf::action what)
    : whom_(std::move(whom)), what_(std::move(what)) {
    // nop
  }

  monitoring(monitoring&&) noexcept = default;

  monitoring& operator=(monitoring&& other) noexcept {
    end();
    whom_ = std::move(other.whom_);
    what_ = std::move(other.what_);
    return *this;
  }

  ~monitoring() {
    end();
  }

private:
  void end() noexcept {
    if (!what_.ptr())
      return;
    what_.dispose();
    if (auto ptr = whom_.lock())
      ptr->get()->detach({caf::attachable::token::anonymous, what_.ptr()});
  }

  caf::weak_actor_ptr whom_;
  caf::action what_;
};

/// Runs `on_down(reason)` inside `self` once `whom` has terminated, as long as
/// the result lives.
template <class Self, class Handle, class F>
monitoring monitor(Self* self, const Handle& whom, F on_down) {
  auto reason = std::make_shared<caf::error>();
  auto what
    = caf::make_action([reason, f = std::move(on_down)] { f(*reason); });
  whom->attach(std::make_unique<down_watch>(caf::weak_actor_ptr{self->ctrl()},
                                            what, reason));
  return {caf::actor_cast<caf::weak_actor_ptr>(whom), std::move(what)};
}

/// A `down_watch` for good.
template <class F>
class last_watch : public caf::attachable {
public:
  last_watch(caf::weak_actor_ptr observer, F on_down)
    : observer_(std::move(observer)), on_down_(std::move(on_down)) {
    // nop
  }

  void actor_exited(const caf::error& why, executor*) override {
    if (auto ptr = observer_.lock())
      detail::anon_mail(caf::actor_cast<caf::actor>(ptr),
                        caf::make_action([f = on_down_, why] { f(why); }));
  }

private:
  caf::weak_actor_ptr observer_;
  F on_down_;
};

/// The same for good, with less memory: for a `whom` that does not live much
/// longer than `self`.
template <class Self, class Handle, class F>
void watch(Self* self, const Handle& whom, F on_down) {
  whom->attach(
    std::make_unique<last_watch<F>>(self->ctrl(), std::move(on_down)));
}

} // namespace bearer::detail
