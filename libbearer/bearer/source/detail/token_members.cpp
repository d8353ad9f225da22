#include <bearer/detail/saturating.hpp>
#include <bearer/source/detail/timestamp_text.hpp>
#include <bearer/source/detail/token_members.hpp>

#include <algorithm>

namespace bearer::detail {

namespace {

/// Seconds, as a number or in a string.
std::optional<caf::timespan> seconds_of(const json_member& member) noexcept {
  if (!member.is_text() && member.type != json_member::kind::number)
    return std::nullopt;
  return parse_seconds(member.text);
}

std::optional<caf::timestamp> time_of(const json_member& member) noexcept {
  if (member.is_text())
    if (auto when = parse_rfc3339(member.text))
      return when;
  if (auto seconds = seconds_of(member))
    return caf::timestamp{*seconds};
  return std::nullopt;
}

} // namespace

bool is_bearer(std::string_view type) noexcept {
  constexpr auto bearer = std::string_view{"bearer"};
  auto same_letter = [](char lhs, char rhs) {
    return lhs == rhs || lhs == rhs - 'a' + 'A';
  };
  return std::equal(type.begin(), type.end(), bearer.begin(), bearer.end(),
                    same_letter);
}

token_expiry expiry_of(const json_member& expires_at,
                       const json_member& expires_in,
                       caf::timestamp issued_at) noexcept {
  auto result = token_expiry{};
  if (expires_at.present()) {
    result.when = time_of(expires_at);
    if (!result.when)
      return {{},
              "\"expires_at\" is neither a time of RFC 3339 nor a number of"
              " seconds"};
  }
  if (expires_in.present()) {
    const auto seconds = seconds_of(expires_in);
    if (!seconds)
      return {{}, "\"expires_in\" is no number of seconds"};
    const auto when = saturating_add(issued_at, *seconds);
    result.when = result.when ? std::min(*result.when, when) : when;
  }
  return result;
}

} // namespace bearer::detail
