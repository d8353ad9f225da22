#include <bearer/error.hpp>
#include <bearer/http/token_refusal.hpp>
#include <bearer/http/www_authenticate.hpp>
#include <bearer/source/detail/redact.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace bearer::http {

namespace {

/// Of what a server says about itself.
constexpr std::size_t max_quote = 256;

constexpr std::uint16_t unauthorized = 401;

using challenges_of_server = std::vector<challenge>;

/// The challenge that is about the token, if any is; one that gives an error
/// if there are several.
const challenge* of_bearer(const challenges_of_server& all) {
  const challenge* result = nullptr;
  for (const auto& x : all) {
    if (x.scheme != "bearer")
      continue;
    if (!x.parameter("error").empty())
      return &x;
    if (result == nullptr)
      result = &x;
  }
  return result;
}

bool is_refusal(std::uint16_t status, const challenge* said) {
  const auto error = said != nullptr ? said->parameter("error")
                                     : std::string_view{};
  return (status == unauthorized && error.empty())
         || (status >= 400 && error == "invalid_token");
}

refusal describe(std::string_view server, std::uint16_t status,
                 const challenge* said, std::span<const secret> sent) {
  using bearer::detail::quote_foreign;
  using bearer::detail::text_end;
  auto result = refusal{};
  result.server = server;
  result.status = status;
  if (said == nullptr)
    return result;
  const auto secrets = bearer::detail::views_of(sent);
  result.error = said->parameter("error");
  result.description = quote_foreign(said->parameter("error_description"),
                                     max_quote, text_end::head, secrets);
  return result;
}

} // namespace

caf::error token_refusal(std::string_view server, std::uint16_t status,
                         std::span<const std::string_view> challenges,
                         std::span<const secret> sent) {
  auto all = challenges_of_server{};
  for (auto value : challenges)
    for (auto& x : parse_www_authenticate(value))
      all.push_back(std::move(x));
  const auto* said = of_bearer(all);
  if (!is_refusal(status, said))
    return {};
  return caf::make_error(errc::token_refused,
                         describe(server, status, said, sent));
}

caf::error token_refusal(std::string_view server, const response& answer,
                         std::span<const secret> sent) {
  return token_refusal(server, answer.status,
                       answer.field_values("WWW-Authenticate"), sent);
}

} // namespace bearer::http
