#pragma once

#include <caf/error.hpp>
#include <caf/fwd.hpp>

#include <string>

namespace bearer::remote::detail {

/// The options `caf.openssl.*` of an actor system. Each system has but one set
/// of them, for both ends of all connections.
struct tls_setup {
  std::string certificate;
  std::string key;
  std::string passphrase;
  std::string cafile;
  std::string capath;

  /// The cipher list; CAF's own if empty, which 0.18 has always.
  std::string ciphers;

  /// Whether CAF would use TLS without any authentication.
  bool empty() const noexcept {
    return certificate.empty() && key.empty() && passphrase.empty()
           && cafile.empty() && capath.empty();
  }
};

tls_setup read_tls_setup(const caf::actor_system_config& config);

/// Whether peers can authenticate each other with it, as long as the files stay
/// what they are.
/// @returns `errc::invalid_setting` naming the option and the file, or no
/// error.
caf::error check(const tls_setup& setup);

} // namespace bearer::remote::detail
