#include "remote/support/node.hpp"

#include "support/eventually.hpp"
#include "support/real_time.hpp"
#include "support/tcp_server.hpp"

#include <caf/actor_registry.hpp>
#include <caf/io/middleman.hpp>
#include <caf/openssl/manager.hpp>

#include <stdexcept>

namespace bearer::test {

node_config::node_config() {
  load<caf::io::middleman>();
}

node_config::node_config(const tls_files& own, const std::string& ca_file) {
  load<caf::io::middleman>();
  load<caf::openssl::manager>();
  set("caf.openssl.certificate", own.certificate);
  set("caf.openssl.key", own.key);
  set("caf.openssl.cafile", ca_file);
}

std::uint16_t dead_port() {
  const tcp_server server{[](connection&) {}};
  return server.port();
}

bool send_and_wait(std::uint16_t port, const std::string& what) {
  const auto to = connect_to(port);
  if (!to)
    throw std::runtime_error("cannot connect");
  // The other side may close before it has read all, which is no error here.
  to->write(what);
  to->finish();
  return to->wait_for_close();
}

bool wait_for_actors(node& at, std::size_t n) {
  return eventually([&] { return at.sys.registry().running() <= n; });
}

bool wait_for_secret(const handle& bearer, const std::string& secret) {
  return eventually([&] {
    const auto found = bearer.fetch();
    return found && secret_of(found) == secret;
  });
}

} // namespace bearer::test
