#include <bearer/http/detail/shown_target.hpp>
#include <bearer/http/url.hpp>
#include <bearer/source/detail/redact.hpp>

#include <cstddef>
#include <string_view>
#include <vector>

namespace bearer::http::detail {

namespace {

/// Nobody should wait while longer ones are searched.
constexpr auto max_searched = std::size_t{16} * 1024;

/// @param from As `origin` has it, or empty.
std::string_view host_in(std::string_view from) noexcept {
  constexpr auto separator = std::string_view{"://"};
  from = from.substr(0, from.rfind(':'));
  const auto begin = from.find(separator);
  return begin == std::string_view::npos
           ? std::string_view{}
           : from.substr(begin + separator.size());
}

/// Whether nothing in a host is likely to be from the request.
bool is_harmless(std::string_view host, const request& what) {
  using namespace bearer::detail;
  const auto query = query_of(what.url);
  auto said = std::vector{query.view(), what.body.view()};
  for (const auto& x : what.fields)
    said.push_back(x.value.view());
  for (auto x : said)
    if (x.size() > max_searched)
      return false;
  return !host.empty()
         && quote_foreign(host, host.size(), text_end::head, said) == host;
}

} // namespace

std::string shown_target(const std::string& url, const request& what) {
  auto result = origin(url);
  const auto ours = origin(what.url);
  const auto host = host_in(result);
  return host == host_in(ours) || is_harmless(host, what) ? result
                                                          : "another host";
}

} // namespace bearer::http::detail
