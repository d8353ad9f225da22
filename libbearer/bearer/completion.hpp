#pragma once

#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/outside_line.hpp>
#include <bearer/error.hpp>

#include <caf/actor_control_block.hpp>
#include <caf/error.hpp>
#include <caf/expected.hpp>
#include <caf/message_id.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace bearer {

namespace detail {

/// Stands for the outcome of an attempt that has none.
inline caf::error lost_outcome() {
  return caf::make_error(errc::answer_lost,
                         "the attempt ended without an outcome");
}

/// What an actor that waits for a result and whoever brings it have in common.
/// All members may be called from any thread.
template <class T>
class completion_state {
public:
  /// The actor waits for this message.
  void attach(caf::weak_actor_ptr whom, caf::message_id id) {
    id_ = id;
    line_.attach(std::move(whom));
  }

  /// The actor waits no more.
  void detach() noexcept {
    line_.detach();
  }

  /// Sets the result and tells the actor; the first one counts.
  void complete(caf::expected<T> result) {
    if (completed_.exchange(true))
      return;
    line_.reach([&](const caf::strong_actor_ptr& whom) {
      result_.emplace(std::move(result));
      answer_from_outside(whom, id_);
    });
  }

  /// The result, for the actor that was told of it.
  caf::expected<T> take() {
    const auto held = line_.lock();
    // Anybody may send answers that nobody has asked him for.
    if (!result_)
      return lost_outcome();
    return std::move(*result_);
  }

private:
  outside_line line_;
  caf::message_id id_;
  std::atomic<bool> completed_ = false;
  std::optional<caf::expected<T>> result_;
};

} // namespace detail

/// Takes the outcome of one attempt of a request, once: the first call of it or
/// of a copy counts. If all copies go without one, then the outcome is
/// `errc::answer_lost`. Calls do nothing after the request's deadline and after
/// the end of the actor that makes the request.
///
/// May be called from any thread, inside the attempt or later, and be kept as
/// long as one likes: it keeps nothing alive, and outlives even the actor
/// system. A result for which nobody waits any more is destroyed where the call
/// is made.
/// @tparam T What the request brings; may be `void`.
template <class T>
class completion {
public:
  /// Takes over what the request waits with.
  explicit completion(std::shared_ptr<detail::completion_state<T>> state)
    : state_(std::make_shared<keeper>(std::move(state))) {
    // nop
  }

  /// The attempt ends with a value or an error. The error goes to the bearer's
  /// `retry_predicate`. One that says "no error" counts as `errc::answer_lost`.
  void operator()(caf::expected<T> result) const {
    if (result || result.error())
      state_->complete(std::move(result));
    else
      state_->complete(detail::lost_outcome());
  }

  /// The attempt ends well.
  void operator()() const requires std::is_void_v<T> {
    state_->complete({});
  }

private:
  /// What all copies share.
  class keeper {
  public:
    explicit keeper(std::shared_ptr<detail::completion_state<T>> state)
      : state_(std::move(state)) {
      // nop
    }

    keeper(const keeper&) = delete;

    keeper& operator=(const keeper&) = delete;

    ~keeper() {
      state_->complete(detail::lost_outcome());
    }

    void complete(caf::expected<T> result) {
      state_->complete(std::move(result));
    }

  private:
    std::shared_ptr<detail::completion_state<T>> state_;
  };

  std::shared_ptr<keeper> state_;
};

} // namespace bearer
