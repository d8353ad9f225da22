#pragma once

#include <string_view>

/// The server that the clients pretend to call. It refuses some tokens before
/// they expire, as if somebody had revoked them. The rotator, which issues the
/// tokens, marks those.
namespace file_demo::fake_server {

/// How tokens begin that are refused.
constexpr std::string_view refused_prefix = "revoked-";

/// Whether a request with this token succeeds.
inline bool accepts(std::string_view access_token) {
  return !access_token.starts_with(refused_prefix);
}

} // namespace file_demo::fake_server
