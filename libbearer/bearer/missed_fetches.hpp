#pragma once

#include <bearer/error.hpp>
#include <bearer/type_ids.hpp>

#include <caf/error.hpp>

#include <memory>
#include <utility>

namespace bearer {

namespace internal {

class miss_queue;

} // namespace internal

/// Fetches for which a cache has no token, on their way to its refresher. As
/// long as that has not read the message, further ones join it: a crowd takes
/// few messages. Those that nobody reads are answered with `errc::stopped` when
/// the last copy dies.
///
/// It stays in its actor system, like a handle: to serialise it fails with
/// `errc::not_serializable`.
class missed_fetches {
public:
  /// None. Only libbearer's own caches make others.
  missed_fetches() noexcept = default;

  explicit missed_fetches(std::shared_ptr<internal::miss_queue> what) noexcept
    : queue_(std::move(what)) {
    // nop
  }

  /// Null if there are none.
  const std::shared_ptr<internal::miss_queue>& queue() const noexcept {
    return queue_;
  }

  template <class Inspector>
  friend bool inspect(Inspector& f, missed_fetches& x) {
    if (!Inspector::is_loading && f.has_human_readable_format()) {
      auto any = x.queue_ != nullptr;
      return f.object(x).fields(f.field("any", any));
    }
    f.set_error(caf::make_error(errc::not_serializable,
                                "missed fetches stay in their actor system"));
    return false;
  }

private:
  std::shared_ptr<internal::miss_queue> queue_;
};

} // namespace bearer
