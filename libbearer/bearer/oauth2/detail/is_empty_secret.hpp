#pragma once

#include <bearer/oauth2/options.hpp>

#include <variant>

namespace bearer::detail {

/// Whether there is no assertion at all, neither given nor made.
inline bool is_empty_secret(const oauth2::assertion& x) noexcept {
  const auto* given = std::get_if<secret>(&x);
  return given != nullptr && given->empty();
}

} // namespace bearer::detail
