#pragma once

#include <bearer/http/request.hpp>

#include <caf/timespan.hpp>

#include <atomic>
#include <cstdint>
#include <string>

namespace oauth2_client {

/// What is requested, and how much of it.
struct load {
  /// If empty, then tokens are fetched and no more.
  std::string url;

  bearer::http::connection_options connection;

  /// How many, all in all; zero for any number.
  std::uint64_t requests = 0;

  /// How many actors make them, each one after another.
  std::uint32_t concurrency = 1;

  /// Of each actor, between two requests.
  caf::timespan pause{0};
};

/// Counts the requests of all actors. Thread-safe.
class quota {
public:
  /// @param limit Zero for none.
  explicit quota(std::uint64_t limit) : limit_(limit) {
    // nop
  }

  /// Counts one more request.
  /// @returns whether it may be made.
  bool take() noexcept {
    auto count = taken_.load();
    while (!ended_ && (limit_ == 0 || count < limit_))
      if (taken_.compare_exchange_weak(count, count + 1))
        return true;
    return false;
  }

  /// No more requests.
  void end() noexcept {
    ended_ = true;
  }

  std::uint64_t taken() const noexcept {
    return taken_;
  }

private:
  std::uint64_t limit_;
  std::atomic<std::uint64_t> taken_ = 0;
  std::atomic<bool> ended_ = false;
};

} // namespace oauth2_client
