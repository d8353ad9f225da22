#include "secret_input.hpp"

#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

#include <string.h>

namespace example {

namespace {

/// Longer ones are mistakes, and a device may have no end.
constexpr auto longest = std::size_t{64} * 1024;

std::string_view trimmed(std::string_view text) {
  constexpr auto blank = std::string_view{" \t\r\n"};
  const auto begin = text.find_first_not_of(blank);
  if (begin == std::string_view::npos)
    return {};
  return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

} // namespace

bearer::secret secret_in(const std::string& option, const std::string& path) {
  const auto refuse = [&](const std::string& why) {
    throw std::runtime_error("--" + option + ": " + path + ' ' + why);
  };
  auto in = std::ifstream{path, std::ios::binary};
  auto text = std::string(longest + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.eof())
    refuse(in.gcount() > 0 ? "is too long" : "cannot be read");
  text.resize(static_cast<std::size_t>(in.gcount()));
  auto result = bearer::secret{trimmed(text)};
  explicit_bzero(text.data(), text.size());
  if (result.empty())
    refuse("is empty");
  return result;
}

bearer::secret secret_in_file_or_variable(const std::string& option,
                                          const std::string& path,
                                          const char* variable) {
  if (!path.empty())
    return secret_in(option, path);
  const auto* value = std::getenv(variable);
  if (value == nullptr || *value == '\0')
    throw std::runtime_error("--" + option + ": needed, or the environment "
                             + "variable " + variable);
  return bearer::secret{value};
}

} // namespace example
