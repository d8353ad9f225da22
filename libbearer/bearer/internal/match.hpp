#pragma once

#include <caf/message.hpp>

#include <cstddef>
#include <utility>

namespace bearer::internal {

/// Calls `f` with what is in a message, if that is of these types.
/// @returns whether it is.
template <class... Ts, class F>
bool match(const caf::message& what, F f) {
  if (!what.match_elements<Ts...>())
    return false;
  [&]<std::size_t... Is>(std::index_sequence<Is...>) {
    f(what.get_as<Ts>(Is)...);
  }
  (std::index_sequence_for<Ts...>{});
  return true;
}

} // namespace bearer::internal
