#pragma once

#include <bearer/bearer.hpp>
#include <bearer/handle.hpp>
#include <bearer/remote/connect.hpp>
#include <bearer/remote/publish.hpp>

#include "support/numbered_source.hpp"
#include "support/tcp_server.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace bearer::test {

/// A configuration with CAF's network.
struct node_config : caf::actor_system_config {
  node_config();

  /// Over TLS, with these files and certificates of this authority.
  node_config(const tls_files& own, const std::string& ca_file);
};

/// A node of a cluster: an actor system with a network.
struct node {
  node() = default;

  node(const tls_files& own, const std::string& ca_file)
    : config(own, ca_file) {
    // nop
  }

  node_config config;
  caf::actor_system sys{config};
};

/// The loopback address of a port.
inline remote::address local(std::uint16_t port) {
  return {"127.0.0.1", port};
}

/// A port that nobody listens on.
std::uint16_t dead_port();

/// The value of something that must have gone well.
template <class T>
T must(caf::expected<T> what) {
  if (!what)
    throw std::runtime_error(caf::to_string(what.error()));
  return std::move(*what);
}

/// A bearer of this node's that others can connect to.
struct owner {
  owner(node& at, const any_source& source, const renewal_settings& settings,
        std::uint16_t port = 0)
    : bearer(must(spawn(at.sys, source, settings))),
      published(must(remote::publish(bearer, port))) {
    // nop
  }

  remote::address address() const {
    return local(published.port());
  }

  handle bearer;
  remote::published published;
};

/// An owner and a replica, each on a node of its own. A fixture of tests.
struct cluster {
  node here;
  node there;
  numbered_source source;
  owner at{there, source.spawn(there.sys), quick()};
  handle replica = must(remote::connect(here.sys, at.address(), quick()));
};

/// Connects to a port of this machine, sends something, and waits until the
/// other side has read it and closes; whether it did in good time.
bool send_and_wait(std::uint16_t port, const std::string& what);

/// Waits until no more actors than that run there.
bool wait_for_actors(node& at, std::size_t n);

/// Waits until a fetch gives this secret.
bool wait_for_secret(const handle& bearer, const std::string& secret);

} // namespace bearer::test
