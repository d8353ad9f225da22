#include <bearer/http/detail/shown_target.hpp>
#include <bearer/http/url.hpp>

#include <string_view>

namespace bearer::http::detail {

namespace {

constexpr auto separator = std::string_view{"://"};

/// @param from As `origin` has it, or empty.
std::string_view scheme_in(std::string_view from) noexcept {
  return from.substr(0, from.find(separator));
}

/// @copydoc scheme_in
std::string_view host_in(std::string_view from) noexcept {
  from = from.substr(0, from.rfind(':'));
  const auto begin = from.find(separator);
  return begin == std::string_view::npos
           ? std::string_view{}
           : from.substr(begin + separator.size());
}

} // namespace

std::string shown_target(const std::string& from, const std::string& to) {
  const auto ours = origin(from);
  auto result = origin(to);
  if (host_in(result) != host_in(ours))
    return "another host";
  const auto scheme = scheme_in(result);
  return scheme == "https" || scheme == "http" ? result : "another scheme";
}

} // namespace bearer::http::detail
