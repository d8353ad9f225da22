#pragma once

#include "support/test_ca.hpp"

#include "end_to_end/world.hpp"

#include <optional>
#include <utility>

/// The same server without and with TLS.
namespace bearer::test {

/// What a server is reached over.
enum class wire { plain, tls };

/// The authority that vouches for servers whose certificate is no concern of
/// the test.
inline test_ca& usual_ca() {
  static auto result = test_ca{};
  return result;
}

/// What such a server needs for TLS; nothing if it has none.
inline std::optional<tls_files> files_for(wire over) {
  if (over == wire::plain)
    return std::nullopt;
  static const auto result = usual_ca().issue();
  return result;
}

/// A server whose clients trust it if it has TLS.
struct wired_world : oauth_world {
  explicit wired_world(wire over, oauth_setup setup = with_canary())
    : oauth_world(std::move(setup), files_for(over)) {
    if (over == wire::tls)
      connection.ca_file = usual_ca().file();
  }
};

} // namespace bearer::test
