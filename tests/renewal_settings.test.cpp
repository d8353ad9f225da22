#include <bearer/renewal_settings.hpp>

#include "support/scene.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <limits>
#include <string>

using namespace bearer;
using namespace std::chrono_literals;

using Catch::Matchers::ContainsSubstring;

namespace {

constexpr auto nan = std::numeric_limits<double>::quiet_NaN();
constexpr auto infinity = std::numeric_limits<double>::infinity();

struct mistake {
  std::string setting;
  std::function<void(renewal_settings&)> make;
};

mistake fraction(double x) {
  return {"lifetime_safe_fraction",
          [x](auto& s) { s.lifetime_safe_fraction = x; }};
}

mistake exponent(double x) {
  return {"retry_timeout_exponent",
          [x](auto& s) { s.retry_timeout_exponent = x; }};
}

mistake jitter_of(double x) {
  return {"retry_jitter", [x](auto& s) { s.retry_jitter = x; }};
}

mistake initial(caf::timespan x) {
  return {"initial_retry_timeout",
          [x](auto& s) { s.initial_retry_timeout = x; }};
}

mistake attempt_limit(caf::timespan x) {
  return {"refresh_request_timeout",
          [x](auto& s) { s.refresh_request_timeout = x; }};
}

mistake deadline(caf::timespan x) {
  return {"fetch_timeout", [x](auto& s) { s.fetch_timeout = x; }};
}

std::vector<mistake> mistakes() {
  return {
    fraction(0),
    fraction(1),
    fraction(-0.1),
    fraction(1.1),
    fraction(nan),
    fraction(infinity),
    fraction(-infinity),
    exponent(0.999),
    exponent(-2),
    exponent(nan),
    exponent(infinity),
    jitter_of(-0.001),
    jitter_of(0.501),
    jitter_of(nan),
    jitter_of(infinity),
    initial(0s),
    initial(-1ns),
    {"max_retry_timeout", [](auto& s) { s.max_retry_timeout = 999ms; }},
    {"max_retry_timeout", [](auto& s) { s.max_retry_timeout = -1s; }},
    attempt_limit(0s),
    attempt_limit(-1s),
    {"expiry_margin", [](auto& s) { s.expiry_margin = -1ns; }},
    deadline(0s),
    deadline(-1s),
  };
}

} // namespace

TEST_CASE("the defaults are those of the reference, and valid") {
  const auto x = renewal_settings{};
  CHECK(!validate(x));
  CHECK(x.max_retries == 2);
  CHECK(x.lifetime_safe_fraction == 0.9);
  CHECK(x.initial_retry_timeout == 1s);
  CHECK(x.max_retry_timeout == 1min);
  CHECK(x.retry_timeout_exponent == 1.5);
  CHECK(x.refresh_request_timeout == 5s);
  CHECK(x.retry_jitter == 0.1);
  CHECK(x.expiry_margin == 10s);
  CHECK(x.fetch_timeout == 1min);
  CHECK(x.owns_source);
  CHECK(!x.seed);
}

TEST_CASE("a bad setting is an error that names the setting") {
  for (const auto& wrong : mistakes()) {
    auto settings = renewal_settings{};
    wrong.make(settings);
    const auto err = validate(settings);
    CHECK(err == errc::invalid_setting);
    CHECK_THAT(to_string(err), ContainsSubstring(wrong.setting + ':'));
  }
}

TEST_CASE("spawn refuses bad settings and calls nobody") {
  test::virtual_time time;
  test::scripted_source source{time.sys()};
  const auto running = time.running();
  for (const auto& wrong : mistakes()) {
    auto settings = renewal_settings{};
    wrong.make(settings);
    const auto refused = spawn(time.sys(), source.actor(), settings);
    REQUIRE(!refused);
    CHECK(refused.error() == errc::invalid_setting);
    CHECK_THAT(to_string(refused.error()), ContainsSubstring(wrong.setting));
  }
  time.settle();
  CHECK(time.running() == running);
  CHECK(source.calls().empty());
}

TEST_CASE("spawn refuses a missing source and a missing clock") {
  test::virtual_time time;
  test::scripted_source source{time.sys()};
  const auto no_source = spawn(time.sys(), any_source{});
  REQUIRE(!no_source);
  CHECK(no_source.error() == errc::invalid_setting);
  const auto no_clock = spawn(time.sys(), source.actor(), {}, {"x", {}, {}});
  REQUIRE(!no_clock);
  CHECK(no_clock.error() == errc::invalid_setting);
  const auto no_inner = spawn(time.sys(), handle{});
  REQUIRE(!no_inner);
  CHECK(no_inner.error() == errc::invalid_setting);
}

TEST_CASE("the limits of the ranges are valid") {
  auto x = renewal_settings{};
  x.retry_timeout_exponent = 1;
  x.retry_jitter = 0.5;
  x.max_retry_timeout = x.initial_retry_timeout;
  x.expiry_margin = 0s;
  x.max_retries = 0;
  CHECK(!validate(x));
  x.retry_jitter = 0;
  x.max_retry_timeout = caf::timespan::max();
  x.refresh_request_timeout = 1ns;
  x.fetch_timeout = caf::timespan::max();
  x.initial_retry_timeout = 1ns;
  CHECK(!validate(x));
}
