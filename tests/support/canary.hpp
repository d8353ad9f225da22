#pragma once

#include <caf/deep_to_string.hpp>
#include <caf/json_writer.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

namespace bearer::test {

/// A secret without repetitions, to be looked for where it must not be.
constexpr std::string_view canary = "Zq7vK2mXw9Rb4TnLp8Hs3JcDy6Gf5Ae1";

/// Whether `text` has any eight characters of `secret` in a row.
inline bool shows(std::string_view text, std::string_view secret = canary) {
  for (std::size_t i = 0; i + 8 <= secret.size(); ++i)
    if (text.find(secret.substr(i, 8)) != std::string_view::npos)
      return true;
  return false;
}

/// The value as people see it in JSON.
template <class T>
std::string json(const T& x) {
  caf::json_writer writer;
  if (!writer.apply(x))
    throw std::runtime_error("cannot write JSON: "
                             + to_string(writer.get_error()));
  const auto text = writer.str();
  return {text.begin(), text.end()};
}

} // namespace bearer::test
