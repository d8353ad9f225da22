#pragma once

#include <caf/fwd.hpp>

namespace bearer::remote::detail {

/// Keeps the TLS errors of one connection from ending others.
///
/// OpenSSL collects errors in a queue of the thread, which must be empty before
/// a connection is used if the outcome is to be that connection's
/// (SSL_get_error(3)). CAF, 0.18.7 and 1.1.0, does not see to that: after a
/// handshake has failed, or a peer has gone without a word, the next connection
/// that has nothing to read is taken for one that has failed, and closed.
/// Whoever reached the port could keep a cluster apart with that, without any
/// certificate.
///
/// So CAF's threads empty the queue before they read from a connection's
/// socket, which is when OpenSSL finds out that there is nothing to read. Not
/// before they write: that would empty it of what went wrong with the
/// connection itself, when its peer is told. So a connection that cannot send
/// any more at the very moment can still be closed in place of another.
void keep_tls_errors_apart(caf::actor_system& sys);

/// Connections that this thread makes as long as the object lives are kept
/// apart as well, and none of their errors stays in its queue.
class tls_errors_apart {
public:
  tls_errors_apart() noexcept;

  tls_errors_apart(const tls_errors_apart&) = delete;

  tls_errors_apart& operator=(const tls_errors_apart&) = delete;

  ~tls_errors_apart();

private:
  bool before_;
};

} // namespace bearer::remote::detail
