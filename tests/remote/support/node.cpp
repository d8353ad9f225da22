#include "remote/support/node.hpp"

#include "support/real_time.hpp"

#include <caf/io/middleman.hpp>
#include <caf/openssl/manager.hpp>

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

bool wait_for_secret(const handle& bearer, const std::string& secret) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < end)
    if (auto found = bearer.fetch(); found && secret_of(found) == secret)
      return true;
  return false;
}

} // namespace bearer::test
