#pragma once

#include "support/oauth/authorization_server.hpp"
#include "support/oauth/manner.hpp"
#include "support/tcp_server.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

namespace bearer::test {

/// What a server has counted since its start.
struct oauth_counts {
  /// All that arrived, whatever became of them.
  std::size_t token_requests = 0;
  std::size_t metadata_requests = 0;
  std::size_t resource_requests = 0;

  std::size_t tokens_issued = 0;

  // Requests for the resource that were answered properly: with success, or
  // without for want of a good token, whatever was wrong with it.
  std::size_t resource_ok = 0;
  std::size_t resource_unauthorised = 0;
  std::size_t expired_presented = 0;
  std::size_t revoked_presented = 0;
};

/// An OAuth 2.0 server on a port of this machine, with a resource that it
/// protects. What it has issued can be checked, and it can be told to fail.
/// Thread-safe, but for the refusal of connections.
///
/// It has `/token`, `/resource`, and the metadata of RFC 8414 and of OpenID.
class oauth_server {
public:
  explicit oauth_server(oauth_setup setup = {},
                        const std::optional<tls_files>& tls = {},
                        std::uint16_t port = 0);

  // -- addresses --------------------------------------------------------------

  std::string issuer() const {
    return wire_.url("");
  }

  std::string token_endpoint() const {
    return wire_.url("/token");
  }

  std::string resource() const {
    return wire_.url("/resource");
  }

  // -- conduct ----------------------------------------------------------------

  /// How each kind of requests is answered.
  conduct tokens;
  conduct metadata;
  conduct resources;

  /// The part that knows no network.
  authorization_server& authority() {
    return authority_;
  }

  /// Breaks all connections and refuses new ones, on the same port.
  void refuse_connections() {
    wire_.refuse_connections();
  }

  void accept_connections() {
    wire_.accept_connections();
  }

  /// Is shown each token request before it is answered. To be set before there
  /// are any.
  std::function<void(const heard_request&)> on_token_request = {};

  // -- counts -----------------------------------------------------------------

  oauth_counts counts() const;

  /// Connections so far; with TLS those whose handshake went well.
  std::size_t connections() const {
    return wire_.connections();
  }

  /// Waits for counts; whether they came in good time.
  bool wait_until(const std::function<bool(const oauth_counts&)>& holds) const;

  /// Waits until so many token requests have arrived.
  bool wait_for_token_requests(std::size_t count) const;

private:
  void serve(connection& to, const heard_request& what);
  void serve_token(connection& to, const heard_request& what);
  void serve_resource(connection& to, const heard_request& what);
  void count(std::size_t oauth_counts::*what);

  mutable std::mutex mutex_;
  mutable std::condition_variable counted_;
  oauth_counts counts_;
  authorization_server authority_;
  // Last: its threads use the rest.
  tcp_server wire_;
};

} // namespace bearer::test
