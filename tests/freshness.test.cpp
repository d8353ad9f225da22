#include <bearer/freshness.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <string>

using namespace bearer;
using namespace std::chrono_literals;

namespace {

constexpr auto now = caf::timestamp{std::chrono::hours{24 * 365 * 30}};

token expiring_at(std::optional<caf::timestamp> when) {
  auto result = token{};
  result.access_token = secret{"secret"};
  result.expires_at = when;
  return result;
}

} // namespace

TEST_CASE(
  "a token without an expiry is usable for ever and asks for no refresh",
  "[I2][I10]") {
  const auto tok = expiring_at(std::nullopt);
  CHECK(!lifetime_left(tok, now));
  CHECK(usable_until({}, tok, now) == never);
  CHECK(!refresh_delay({}, tok, now));
}

TEST_CASE("the margin is half of what lies behind the safe fraction", "[I2]") {
  CHECK(usable_until({}, expiring_at(now + 100s), now) == now + 95s);
  CHECK(usable_until({}, expiring_at(now + 10s), now) == now + 9500ms);
  auto settings = renewal_settings{};
  settings.lifetime_safe_fraction = 0.5;
  CHECK(usable_until(settings, expiring_at(now + 8s), now) == now + 6s);
}

TEST_CASE("the margin is never longer than expiry_margin", "[I2]") {
  CHECK(usable_until({}, expiring_at(now + 1h), now) == now + 1h - 10s);
  auto settings = renewal_settings{};
  settings.expiry_margin = 0s;
  CHECK(usable_until(settings, expiring_at(now + 1h), now) == now + 1h);
}

TEST_CASE("a refresh is due before the token ends, whatever the lifetime",
          "[I2][I10]") {
  for (auto fraction : {0.001, 0.5, 0.9, 0.999}) {
    auto settings = renewal_settings{};
    settings.lifetime_safe_fraction = fraction;
    for (caf::timespan left : {caf::timespan{1us}, caf::timespan{500ms},
                               caf::timespan{1h}, caf::timespan{24h * 365}}) {
      const auto tok = expiring_at(now + left);
      const auto end = usable_until(settings, tok, now);
      CHECK(now + refresh_delay(settings, tok, now).value() <= end);
      CHECK(end <= now + left);
      CHECK(end > now);
    }
  }
}

TEST_CASE("the refresh comes at the safe fraction, to the nanosecond",
          "[I10]") {
  CHECK(refresh_delay({}, expiring_at(now + 100s), now) == 90s);
  CHECK(refresh_delay({}, expiring_at(now + 500ms), now) == 450ms);
  CHECK(refresh_delay({}, expiring_at(now + 1h), now) == 54min);
}

TEST_CASE("refresh_after counts if it is earlier than the safe fraction",
          "[I10]") {
  auto tok = expiring_at(now + 100s);
  tok.refresh_after = 30s;
  CHECK(refresh_delay({}, tok, now) == 30s);
  tok.refresh_after = 95s;
  CHECK(refresh_delay({}, tok, now) == 90s);
  tok.expires_at.reset();
  CHECK(refresh_delay({}, tok, now) == 95s);
}

TEST_CASE("a refresh is never due in the past", "[I10]") {
  auto tok = expiring_at(now - 1h);
  CHECK(refresh_delay({}, tok, now) == 0s);
  tok = expiring_at(std::nullopt);
  tok.refresh_after = -1s;
  CHECK(refresh_delay({}, tok, now) == 0s);
}

TEST_CASE("the lifetime left is not above zero once the token has expired",
          "[I3]") {
  CHECK(lifetime_left(expiring_at(now + 1ns), now) == 1ns);
  CHECK(lifetime_left(expiring_at(now), now) == 0ns);
  CHECK(lifetime_left(expiring_at(now - 1ns), now) == -1ns);
}

TEST_CASE("expiries at the ends of time saturate", "[I13]") {
  const auto far = expiring_at(caf::timestamp::max());
  CHECK(lifetime_left(far, caf::timestamp::min()) == caf::timespan::max());
  CHECK(usable_until({}, far, now) > now + 24h * 365 * 100);
  CHECK(refresh_delay({}, far, now).value() > 24h * 365 * 100);
  const auto past = expiring_at(caf::timestamp::min());
  CHECK(lifetime_left(past, now) == caf::timespan::min());
  CHECK(lifetime_left(past, caf::timestamp::max()) == caf::timespan::min());
  CHECK(refresh_delay({}, past, caf::timestamp::max()) == 0s);
}

TEST_CASE("only visible ASCII can stand in a header", "[I3]") {
  CHECK(is_well_formed("abcXYZ012-._~+/="));
  CHECK(is_well_formed("!\"#$%&'(){}|"));
  for (auto bad :
       {"a b", " a", "a\n", "a\r\nX: y", "a\tb", "a\x7f", "\xc3\xa4"})
    CHECK(!is_well_formed(bad));
  CHECK(!is_well_formed(std::string_view{"a\0b", 3}));
}
