#include <bearer/source/detail/timestamp_text.hpp>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <system_error>

namespace bearer::detail {

namespace {

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// Takes pieces from the front of a text; a piece that is not there makes the
/// whole invalid.
class scanner {
public:
  explicit scanner(std::string_view text) noexcept : text_(text) {
    // nop
  }

  /// Takes exactly `digits` digits.
  int number(std::size_t digits) noexcept {
    auto result = 0;
    for (std::size_t i = 0; i < digits; ++i)
      result = result * 10 + digit();
    return result;
  }

  /// Takes one of the given characters.
  char one_of(std::string_view allowed) noexcept {
    if (text_.empty() || allowed.find(text_.front()) == std::string_view::npos)
      return fail();
    return take();
  }

  /// Takes a fraction of a second, if there is one.
  std::chrono::nanoseconds fraction() noexcept {
    if (text_.empty() || text_.front() != '.')
      return std::chrono::nanoseconds{0};
    take();
    auto result = std::int64_t{digit()};
    auto digits = 1;
    for (; !text_.empty() && is_digit(text_.front()); ++digits) {
      const auto next = digit();
      if (digits < 9)
        result = result * 10 + next;
    }
    for (; digits < 9; ++digits)
      result *= 10;
    return std::chrono::nanoseconds{result};
  }

  /// Whether everything was there, and nothing is left.
  bool complete() const noexcept {
    return valid_ && text_.empty();
  }

private:
  int digit() noexcept {
    if (text_.empty() || !is_digit(text_.front()))
      return fail();
    return take() - '0';
  }

  char take() noexcept {
    const auto result = text_.front();
    text_.remove_prefix(1);
    return result;
  }

  char fail() noexcept {
    valid_ = false;
    return '\0';
  }

  std::string_view text_;
  bool valid_ = true;
};

/// The distance from UTC; nothing if it is none.
std::optional<std::chrono::minutes> scan_offset(scanner& in) noexcept {
  const auto sign = in.one_of("Zz+-");
  if (sign == 'Z' || sign == 'z' || sign == '\0')
    return std::chrono::minutes{0};
  const auto hours = in.number(2);
  in.one_of(":");
  const auto minutes = in.number(2);
  if (hours > 23 || minutes > 59)
    return std::nullopt;
  const auto distance = std::chrono::minutes{hours * 60 + minutes};
  return sign == '-' ? -distance : distance;
}

std::optional<std::chrono::sys_days> scan_date(scanner& in) noexcept {
  const auto year = std::chrono::year{in.number(4)};
  in.one_of("-");
  const auto month = std::chrono::month{static_cast<unsigned>(in.number(2))};
  in.one_of("-");
  const auto day = std::chrono::day{static_cast<unsigned>(in.number(2))};
  const auto date = year / month / day;
  if (!date.ok())
    return std::nullopt;
  return std::chrono::sys_days{date};
}

caf::timespan saturating_seconds(std::int64_t seconds,
                                 std::chrono::nanoseconds rest) noexcept {
  constexpr auto limit
    = std::chrono::duration_cast<std::chrono::seconds>(caf::timespan::max())
        .count();
  if (seconds >= limit)
    return caf::timespan::max();
  if (seconds <= -limit)
    return caf::timespan::min();
  return std::chrono::seconds{seconds} + rest;
}

/// Numbers that no `double` can hold: endless, or next to nothing.
caf::timespan out_of_range_seconds(std::string_view text) noexcept {
  const auto exponent = text.find_first_of("eE");
  if (exponent != std::string_view::npos && text[exponent + 1] == '-')
    return caf::timespan::zero();
  return text.front() == '-' ? caf::timespan::min() : caf::timespan::max();
}

std::optional<caf::timespan> parse_real(std::string_view text) noexcept {
  auto value = 0.0;
  const auto* end = text.data() + text.size();
  const auto [ptr, code] = std::from_chars(text.data(), end, value);
  if (ptr != end || code == std::errc::invalid_argument)
    return std::nullopt;
  if (code == std::errc::result_out_of_range)
    return out_of_range_seconds(text);
  if (value > 1e10 || value < -1e10)
    return saturating_seconds(value > 0 ? INT64_MAX : INT64_MIN, {});
  const auto whole = static_cast<std::int64_t>(value);
  const auto rest = (value - static_cast<double>(whole)) * 1e9;
  return saturating_seconds(whole, std::chrono::nanoseconds{
                                     static_cast<std::int64_t>(rest)});
}

} // namespace

std::optional<caf::timestamp> parse_rfc3339(std::string_view text) noexcept {
  auto in = scanner{text};
  const auto date = scan_date(in);
  in.one_of("Tt ");
  const auto hour = in.number(2);
  in.one_of(":");
  const auto minute = in.number(2);
  in.one_of(":");
  const auto second = in.number(2);
  const auto fraction = in.fraction();
  const auto offset = scan_offset(in);
  // A leap second counts as the first one of the next minute, as in POSIX.
  if (!in.complete() || !date || !offset || hour > 23 || minute > 59
      || second > 60 || (second == 60 && minute != 59))
    return std::nullopt;
  const std::chrono::seconds since_epoch
    = date->time_since_epoch() + std::chrono::hours{hour}
      + std::chrono::minutes{minute} + std::chrono::seconds{second} - *offset;
  return caf::timestamp{saturating_seconds(since_epoch.count(), fraction)};
}

std::optional<caf::timespan> parse_seconds(std::string_view text) noexcept {
  // `from_chars` also takes "inf" and "nan", which no expiry can be.
  const auto digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || !is_digit(digits.front()) || text.ends_with('.'))
    return std::nullopt;
  auto value = std::int64_t{0};
  const auto* end = text.data() + text.size();
  const auto [ptr, code] = std::from_chars(text.data(), end, value);
  if (ptr != end)
    return parse_real(text);
  if (code == std::errc::result_out_of_range)
    return out_of_range_seconds(text);
  return saturating_seconds(value, {});
}

} // namespace bearer::detail
