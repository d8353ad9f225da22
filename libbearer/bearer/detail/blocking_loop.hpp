#pragma once

#include <bearer/detail/request_memory.hpp>
#include <bearer/fetch_options.hpp>
#include <bearer/handle.hpp>
#include <bearer/token.hpp>

#include <caf/error.hpp>
#include <caf/expected.hpp>
#include <caf/timespan.hpp>

#include <chrono>

namespace bearer::detail {

/// One request of a thread that is no actor: fetches tokens for its attempts,
/// as a receiver would, until one deadline.
class blocking_loop {
public:
  /// The time starts now.
  blocking_loop(const handle& api, const fetch_options& opts);

  /// A token for the next attempt. Blocks.
  caf::expected<token> fetch();

  /// Whether another attempt is worth it after one that failed with this.
  bool can_retry(const caf::error& why);

  /// What is left of the time, at least zero.
  caf::timespan budget() const;

private:
  bool is_over() const;

  handle api_;
  request_memory memory_;
  fetch_options opts_;
  std::chrono::steady_clock::time_point deadline_;
  caf::error last_error_;
};

} // namespace bearer::detail
