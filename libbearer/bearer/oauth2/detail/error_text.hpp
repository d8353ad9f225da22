#pragma once

#include <caf/error.hpp>

#include <string>

namespace bearer::detail {

/// What an error of ours says to humans, without its code.
inline std::string error_text(const caf::error& err) {
  const auto& context = err.context();
  if (context.match_elements<std::string>())
    return context.get_as<std::string>(0);
  return caf::to_string(err);
}

} // namespace bearer::detail
