#pragma once

#include <bearer/detail/local_slot.hpp>
#include <bearer/fetch_options.hpp>
#include <bearer/generation.hpp>
#include <bearer/retry.hpp>
#include <bearer/token.hpp>

#include <caf/error.hpp>
#include <caf/timespan.hpp>

#include <cstdint>
#include <memory>
#include <optional>

namespace bearer::detail {

/// What the receivers of one bearer share.
struct receiver_config {
  /// Fetches allowed when the options name no number.
  std::uint32_t max_retries = 0;

  /// The deadline of a fetch that names none.
  caf::timespan fetch_timeout = {};

  /// What the cache would hand out, and whether it has ended.
  std::shared_ptr<local_slot> slot;

  /// Judges errors; empty for the default.
  retry_predicate judge;
};

/// What a receiver knows of its request, and what it makes of that.
class request_memory {
public:
  explicit request_memory(std::shared_ptr<const receiver_config> config);

  const receiver_config& config() const noexcept {
    return *config_;
  }

  /// A fetch begins: counts as a trial, and wants a newer token than one that
  /// was refused.
  void begin(fetch_options& opts);

  /// A fetch brought this. Several may be under way; their tokens may come in
  /// any order.
  void remember(const token& fetched);

  /// The token fetched last, if there was one.
  std::optional<token> latest() const;

  struct advice {
    /// Whether another fetch is worth it.
    bool retry = false;

    /// What the caller has to tell the cache of, unless it knows.
    std::optional<generation> rejected = {};
  };

  /// Judges an error of the request. If the server refused the latest token,
  /// then nobody reads that any more when this returns.
  advice judge(const caf::error& why, const fetch_options& opts);

private:
  std::optional<generation> reject_latest();

  std::shared_ptr<const receiver_config> config_;
  token latest_;

  /// The latest token was rejected, and no other was fetched since.
  bool refused_ = false;

  std::uint32_t trials_ = 0;
};

} // namespace bearer::detail
