#include <bearer/error.hpp>
#include <bearer/source/detail/expand_path.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>
#include <vector>

#include <pwd.h>
#include <unistd.h>

namespace bearer::detail {

namespace {

/// The home in the user database; `lookup` is getpwnam_r or getpwuid_r.
template <class Key>
std::optional<std::string>
home_in_database(int (*lookup)(Key, passwd*, char*, std::size_t, passwd**),
                 Key key) {
  auto entry = passwd{};
  passwd* found = nullptr;
  constexpr auto most = std::size_t{1024} * 1024;
  auto memory = std::vector<char>(1024);
  while (lookup(key, &entry, memory.data(), memory.size(), &found) == ERANGE
         && memory.size() < most)
    memory.resize(memory.size() * 2);
  if (found == nullptr || found->pw_dir == nullptr)
    return std::nullopt;
  return std::string{found->pw_dir};
}

std::optional<std::string> home_of(const std::string& user) {
  if (!user.empty())
    return home_in_database<const char*>(&::getpwnam_r, user.c_str());
  if (const auto* home = std::getenv("HOME"); home != nullptr && *home != '\0')
    return std::string{home};
  return home_in_database<uid_t>(&::getpwuid_r, ::getuid());
}

} // namespace

caf::expected<std::string> expand_path(std::string_view path) {
  if (path.empty() || path.find('\0') != std::string_view::npos)
    return caf::make_error(errc::invalid_setting,
                           "path: is empty or has a NUL byte");
  auto result = std::string{path};
  if (path.starts_with('~')) {
    const auto end = std::min(path.find('/'), path.size());
    auto home = home_of(std::string{path.substr(1, end - 1)});
    if (!home)
      return caf::make_error(errc::invalid_setting,
                             "path: no home is known for '" + result + "'");
    result = *home + std::string{path.substr(end)};
  }
  auto error = std::error_code{};
  const auto absolute = std::filesystem::absolute(result, error);
  return error ? result : absolute.string();
}

} // namespace bearer::detail
