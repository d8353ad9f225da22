#pragma once

#include <bearer/handle.hpp>

#include <caf/expected.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace bearer::remote {

/// A bearer that other nodes can connect to, as long as this lives. Keeps the
/// bearer running. For one thread at a time; must end before its actor system.
class published {
public:
  /// Nothing is published.
  published() noexcept;

  /// Takes over what `publish` has put together.
  struct state;

  explicit published(std::unique_ptr<state> what) noexcept;

  published(published&&) noexcept;

  published& operator=(published&&) noexcept;

  /// Ends the publication.
  ~published();

  /// The TCP port; 0 if nothing is published.
  std::uint16_t port() const noexcept;

  /// Closes the port and ends all connections to the bearer, which goes on for
  /// everybody else. Does nothing if nothing is published.
  void unpublish() noexcept;

private:
  std::unique_ptr<state> state_;
};

/// How a bearer is published.
struct publish_options {
  /// The IP address to listen on; `0.0.0.0` for all.
  std::string address = "127.0.0.1";

  /// Whether to take a port over that an earlier program has left
  /// (`SO_REUSEADDR`).
  bool reuse_port = true;

  /// Publishes beyond this machine without TLS: everybody who can reach the
  /// port gets the token, and everybody on the way, and can crash the node.
  bool allow_unprotected = false;
};

/// Publishes `bearer` for `connect` on other nodes. Its actor system needs
/// CAF's network: load `caf::io::middleman` in its configuration. For TLS, load
/// `caf::openssl::manager` as well and set the options `certificate`, `key` and
/// `cafile` of `caf.openssl`; without TLS only addresses of this machine are
/// taken.
///
/// The CA must be private to the cluster: CAF checks that a peer's certificate
/// is signed by it, not whose it is, so everybody with such a certificate gets
/// the token. A peer can ask for tokens, reject and renew them and read the
/// status; no message to the library's actors stops the bearer, hands it a
/// token or reaches its source. CAF's own protocol lets peers do more, and end
/// the whole process: see "Across nodes" in the README.
///
/// Blocks until the port is open; not for use inside actors.
/// @param port 0 for a free one.
/// @returns what keeps it published, `errc::invalid_setting` naming what lacks,
///          or `errc::connection_failed` if the port cannot be had.
caf::expected<published> publish(const handle& bearer, std::uint16_t port,
                                 const publish_options& options = {});

} // namespace bearer::remote
