#include <bearer/fetch_options.hpp>

#include <charconv>
#include <chrono>
#include <cmath>
#include <string_view>
#include <system_error>

namespace bearer {

namespace {

caf::error invalid(std::string_view key, std::string_view wanted,
                   std::string_view got) {
  auto what = std::string{key};
  what.append(": expected ").append(wanted);
  // The value may be long or hold a secret that went astray: quote its length.
  what.append(", got ").append(std::to_string(got.size()));
  what.append(" other characters");
  return caf::make_error(errc::invalid_option, std::move(what));
}

template <class Number>
bool parse_number(std::string_view text, Number& out) {
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  return ec == std::errc{} && end == text.data() + text.size();
}

caf::error parse(std::string_view key, std::string_view text, bool& out) {
  if (text != "true" && text != "1" && text != "false" && text != "0")
    return invalid(key, "true, false, 1 or 0", text);
  out = text == "true" || text == "1";
  return {};
}

caf::error parse(std::string_view key, std::string_view text,
                 std::optional<caf::timespan>& out) {
  using seconds = std::chrono::duration<double>;
  constexpr auto longest = seconds{caf::timespan::max()}.count() / 2;
  auto value = 0.0;
  if (!parse_number(text, value) || !std::isfinite(value) || value <= 0
      || value > longest)
    return invalid(key, "seconds above 0", text);
  out = std::chrono::ceil<caf::timespan>(seconds{value});
  return {};
}

caf::error parse(std::string_view key, std::string_view text,
                 std::optional<std::uint32_t>& out) {
  auto value = std::uint32_t{0};
  if (!parse_number(text, value))
    return invalid(key, "a whole number", text);
  out = value;
  return {};
}

caf::error parse_one(std::string_view key, std::string_view text,
                     fetch_options& out) {
  if (key == "token_renew_required")
    return parse(key, text, out.renew_required);
  if (key == "token_renew_synchronous")
    return parse(key, text, out.renew_synchronous);
  if (key == "token_renew_request_timeout")
    return parse(key, text, out.renew_request_timeout);
  if (key == "token_renew_report_error")
    return parse(key, text, out.report_error);
  if (key == "max_fetch_token_retries")
    return parse(key, text, out.max_retries);
  if (key.starts_with("token_renew_"))
    return caf::make_error(errc::invalid_option,
                           std::string{key} + ": no such option");
  return {};
}

caf::error check_timeout(std::string_view name,
                         const std::optional<caf::timespan>& value) {
  if (value && value->count() < 0)
    return caf::make_error(errc::invalid_option,
                           std::string{name} + ": must not be negative");
  return {};
}

} // namespace

caf::error validate(const fetch_options& x) {
  if (auto err = check_timeout("timeout", x.timeout))
    return err;
  return check_timeout("renew_request_timeout", x.renew_request_timeout);
}

caf::expected<fetch_options>
parse_fetch_options(const std::map<std::string, std::string>& options) {
  auto result = fetch_options{};
  for (const auto& [key, text] : options)
    if (auto err = parse_one(key, text, result))
      return err;
  return result;
}

} // namespace bearer
