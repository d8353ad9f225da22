#pragma once

#include "support/child_process.hpp"

#include <caf/timespan.hpp>

#include <cstdint>
#include <string>

namespace demo {

/// What the server has counted.
struct server_counts {
  std::uint64_t token_requests = 0;
  std::uint64_t tokens_issued = 0;
  std::uint64_t resource_ok = 0;
  std::uint64_t resource_unauthorised = 0;
  std::uint64_t expired_presented = 0;
  std::uint64_t revoked_presented = 0;
};

/// An OAuth 2.0 server of one's own, in another process.
class server {
public:
  /// Starts it and waits until it listens.
  /// @throws std::runtime_error
  explicit server(caf::timespan token_lifetime);

  /// Without a slash at the end.
  const std::string& url() const noexcept {
    return url_;
  }

  /// @throws std::runtime_error
  void tell(const std::string& command) {
    process_.tell(command);
  }

  /// @throws std::runtime_error
  server_counts counts();

private:
  /// @throws std::runtime_error
  std::string next_line();

  example::child_process process_;
  std::string url_;
};

} // namespace demo
