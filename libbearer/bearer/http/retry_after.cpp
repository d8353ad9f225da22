#include <bearer/detail/saturating.hpp>
#include <bearer/http/retry_after.hpp>

#include <curl/curl.h>

#include <charconv>
#include <chrono>
#include <string>

namespace bearer::http {

namespace {

constexpr auto digits = std::string_view{"0123456789"};

std::string_view trimmed(std::string_view text) noexcept {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

caf::timespan from_seconds(std::string_view text) noexcept {
  constexpr auto most
    = std::chrono::duration_cast<std::chrono::seconds>(caf::timespan::max());
  auto count = std::chrono::seconds::rep{0};
  const auto [end, code] = std::from_chars(text.data(),
                                           text.data() + text.size(), count);
  if (code != std::errc{} || count > most.count())
    return caf::timespan::max();
  return std::chrono::seconds{count};
}

} // namespace

std::optional<caf::timespan> parse_retry_after(std::string_view value,
                                               caf::timestamp now) {
  value = trimmed(value);
  if (value.empty())
    return std::nullopt;
  if (value.find_first_not_of(digits) == std::string_view::npos)
    return from_seconds(value);
  // curl reads dates of all three forms, and of some more.
  const auto date = curl_getdate(std::string{value}.c_str(), nullptr);
  if (date == -1)
    return std::nullopt;
  // Dates before 1677 are beyond the range, and all before 1970 have passed.
  if (date < 0)
    return caf::timespan::zero();
  const auto when = caf::timestamp{from_seconds(std::to_string(date))};
  if (when <= now)
    return caf::timespan::zero();
  return bearer::detail::saturating_distance(now, when);
}

} // namespace bearer::http
