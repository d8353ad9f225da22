#pragma once

#include "support/tcp_server.hpp"

#include <mutex>
#include <string>
#include <vector>

namespace bearer::test {

/// A proxy on a port of this machine that leads to others of its ports, by
/// tunnels alone (RFC 9110, section 9.3.6). Thread-safe.
class tunnel_proxy {
public:
  /// Its URL, with this before the name, such as `user:password@`.
  std::string url(const std::string& user = {}) const;

  /// The header of each request that has come.
  std::vector<std::string> heard() const;

private:
  void serve(connection& from);

  mutable std::mutex mutex_;
  std::vector<std::string> heard_;
  tcp_server wire_{[this](connection& from) { serve(from); }};
};

} // namespace bearer::test
