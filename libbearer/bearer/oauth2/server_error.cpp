#include <bearer/error.hpp>
#include <bearer/http/retry_after.hpp>
#include <bearer/oauth2/detail/json_body.hpp>
#include <bearer/oauth2/server_error.hpp>
#include <bearer/source/detail/redact.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace bearer::oauth2 {

namespace {

using bearer::detail::json_member;
using bearer::detail::quote_foreign;
using bearer::detail::text_end;

/// The longest code in use has some thirty.
constexpr std::size_t max_code_size = 64;

constexpr std::size_t max_description_size = 256;

/// The server, or one in front of it, is ill or busy.
bool is_transient(std::uint16_t status) noexcept {
  return status == 408 || status == 425 || status == 429 || status >= 500;
}

bool is_transient(std::string_view code) noexcept {
  constexpr auto codes = std::to_array<std::string_view>(
    {"temporarily_unavailable", "server_error", "slow_down"});
  return std::ranges::find(codes, code) != codes.end();
}

/// Reads what the server says of itself, if it does.
refusal read(const http::response& from, std::string_view origin,
             std::span<const secret> sent) {
  auto result = refusal{};
  result.server = origin;
  result.status = from.status;
  auto body = bearer::detail::json_body{from.body};
  auto error = json_member{};
  auto description = json_member{};
  if (!body.parse({{"error", &error}, {"error_description", &description}})
         .empty())
    return result;
  const auto secrets = bearer::detail::views_of(sent);
  if (error.is_text())
    result.error = quote_foreign(error.text, max_code_size, text_end::head,
                                 secrets);
  if (description.is_text())
    result.description = quote_foreign(description.text, max_description_size,
                                       text_end::head, secrets);
  return result;
}

} // namespace

caf::error refusal_error(const http::response& from, caf::timestamp now,
                         std::string_view origin,
                         std::span<const secret> sent) {
  if (from.status < 200 || (from.status >= 300 && from.status < 400)
      || from.status > 599)
    return caf::make_error(errc::unusable_response,
                           std::string{origin}
                             .append(": the status is ")
                             .append(std::to_string(from.status)));
  auto what = read(from, origin, sent);
  const auto transient = is_transient(from.status) || is_transient(what.error);
  auto result = caf::make_error(errc::server_refused, std::move(what));
  if (!transient)
    return make_permanent(std::move(result));
  return make_transient(std::move(result),
                        http::parse_retry_after(from.field_value("Retry-After"),
                                                now));
}

} // namespace bearer::oauth2
