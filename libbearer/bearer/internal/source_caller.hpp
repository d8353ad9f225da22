#pragma once

#include <bearer/any_source.hpp>
#include <bearer/attempt.hpp>
#include <bearer/detail/caf_compat.hpp>
#include <bearer/internal/source_call.hpp>

#include <caf/actor_cast.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/actor_system.hpp>
#include <caf/timespan.hpp>

#include <cstdint>
#include <utility>

namespace bearer::internal {

/// Calls a source, one call at a time. A call that was ended is never heard of
/// again.
/// @tparam Self the actor type of the caller, who bounds the calls.
template <class Self>
class source_caller {
public:
  source_caller(Self* self, any_source source)
    : self_(self), source_(std::move(source)) {
    // nop
  }

  /// Whether the source has something to clean up.
  bool closable() const {
    return static_cast<bool>(source_.closer());
  }

  /// Whether this is the source.
  bool is(const caf::strong_actor_ptr& whom) const {
    return whom.get()
           == caf::actor_cast<caf::actor_control_block*>(source_.fetcher());
  }

  /// Makes one attempt, then runs `on_end(token)` or `on_end(error)`.
  template <class F>
  void fetch(attempt what, F on_end) {
    const auto number = begin();
    // Infinite, because the owner bounds the attempt and then calls end().
    // Urgent, so that the answer overtakes the fetches that wait for it.
    detail::mail(self_, fetch_atom_v, std::move(what))
      .urgent()
      .request(call_, caf::infinite)
      .then(
        [this, number, on_end](const token& tok) {
          if (number == calls_)
            on_end(tok);
        },
        [this, number, on_end](caf::error& err) {
          if (number == calls_)
            on_end(name_source_error(std::move(err)));
        });
  }

  /// Closes the source, then runs `on_end()`, however it went.
  template <class F>
  void close(caf::timespan grace, F on_end) {
    const auto number = begin();
    auto finish = [this, number, on_end] {
      if (number == calls_)
        on_end();
    };
    // Infinite for the same reason.
    detail::mail(self_, close_atom_v, grace)
      .request(call_, caf::infinite)
      .then(finish, [finish](const caf::error&) { finish(); });
  }

  /// Gives up the call under way, if any.
  void end() {
    if (call_)
      end_source_call(call_, self_->context());
    call_ = nullptr;
    ++calls_;
  }

private:
  std::uint64_t begin() {
    end();
    call_ = spawn_source_call(self_->system(), source_);
    return calls_;
  }

  Self* self_;
  any_source source_;

  /// The call under way, and a number that changes with its end.
  source_call call_;
  std::uint64_t calls_ = 0;
};

} // namespace bearer::internal
