#include "remote/support/node.hpp"

#include "support/eventually.hpp"
#include "support/real_time.hpp"

#include <caf/actor_registry.hpp>
#include <caf/io/middleman.hpp>
#include <caf/openssl/manager.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <sys/socket.h>
#include <unistd.h>

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

void send_and_close(std::uint16_t port, const std::string& what) {
  const auto fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto to = sockaddr_in{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0)
    throw std::runtime_error("cannot connect");
  // The other side may close before it has read all, which is no error here.
  [[maybe_unused]] const auto sent = ::send(fd, what.data(), what.size(),
                                            MSG_NOSIGNAL);
  ::close(fd);
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
