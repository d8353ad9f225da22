#pragma once

#include <caf/error.hpp>

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace stress {

using counter = std::atomic<std::uint64_t>;

/// What the bearers of one station did, all together. May be used from any
/// thread.
class tally {
public:
  counter bearers = 0;

  /// What their users got from them.
  counter tokens = 0;
  counter fast_reads = 0;

  /// Those that had expired when they arrived.
  counter expired = 0;

  /// Tokens that replaced an earlier one of the same bearer.
  counter renewals = 0;

  counter attempts = 0;
  counter failures = 0;

  /// Tokens that servers refused.
  counter rejections = 0;

  /// An attempt has failed, for this reason.
  void count_failure(const caf::error& why);

  /// How many failed attempts there were, by the name of the error.
  std::map<std::string, std::uint64_t> failures_by_error() const;

private:
  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t> by_error_;
};

} // namespace stress
