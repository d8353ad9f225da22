#pragma once

#include <bearer/error.hpp>
#include <bearer/token.hpp>
#include <bearer/type_ids.hpp>

#include <caf/actor_control_block.hpp>
#include <caf/error.hpp>

#include <utility>

namespace bearer {

namespace detail {

class linked_receiver;

} // namespace detail

/// Ties a fetch to the receiver of libbearer's that passes it on: whoever
/// answers the fetch leaves the token in the receiver before the caller gets
/// it, and whatever the caller sends the receiver next is processed with that
/// known.
///
/// It keeps nobody alive, because a fetch that waits must keep neither a
/// receiver nor its bearer. All members may be called from any thread. It stays
/// in its actor system, like a handle: to serialise it fails with
/// `errc::not_serializable`.
class receiver_link {
public:
  /// Ties to nothing. Only libbearer's own receivers make others.
  receiver_link() noexcept = default;

  /// Whether it ties to a receiver, which may have ended.
  explicit operator bool() const noexcept {
    return static_cast<bool>(receiver_);
  }

  /// Leaves a token, unless the receiver has ended. Of tokens of one bearer it
  /// goes by the newest.
  void leave(const token& fetched) const;

  template <class Inspector>
  friend bool inspect(Inspector& f, receiver_link& x) {
    if (!Inspector::is_loading && f.has_human_readable_format()) {
      auto tied = static_cast<bool>(x);
      return f.object(x).fields(f.field("tied", tied));
    }
    f.set_error(caf::make_error(errc::not_serializable,
                                "a receiver link stays in its actor system"));
    return false;
  }

private:
  friend class detail::linked_receiver;

  explicit receiver_link(caf::weak_actor_ptr receiver) noexcept
    : receiver_(std::move(receiver)) {
    // nop
  }

  /// A `linked_receiver`.
  caf::weak_actor_ptr receiver_;
};

} // namespace bearer
