#include <bearer/error.hpp>
#include <bearer/source/static_source.hpp>

#include "support/real_time.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <string>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

TEST_CASE("a static source gives the token it was made with") {
  real_system real;
  const auto expires_at = caf::timestamp{1'700'000'000s};
  auto source = static_source(real.sys, "abc", expires_at);
  REQUIRE(source);
  auto result = ask(real.sys, *source);
  CHECK(secret_of(result) == "abc");
  CHECK(result->expires_at == expires_at);
  CHECK_FALSE(ask(real.sys, *static_source(real.sys, "abc"))->expires_at);
  CHECK_FALSE(source->closer());
}

TEST_CASE("a static source of an empty or malformed token is refused") {
  real_system real;
  CHECK(error_of(static_source(real.sys, "")) == errc::empty_token);
  for (const std::string bad :
       {"a b", "abc\n", " abc", "a\x01", "\xc3\xbc", "{}"})
    CHECK(error_of(static_source(real.sys, bad)) == errc::malformed_token);
}

TEST_CASE("a rejected static token is a permanent failure") {
  real_system real;
  auto source = *static_source(real.sys, "CANARY");
  auto what = make_attempt();
  what.reason = attempt_reason::rejected;
  what.previous.access_token = secret{"CANARY"};
  auto result = ask(real.sys, source, what);
  CHECK(error_of(result) == errc::static_token_rejected);
  CHECK(is_permanent(error_of(result)));
  CHECK_FALSE(contains(error_text(result), "CANARY"));
}

TEST_CASE("the rejection of another token does not touch a static one") {
  real_system real;
  auto source = *static_source(real.sys, "abc");
  auto what = make_attempt();
  what.reason = attempt_reason::rejected;
  what.previous.access_token = secret{"other"};
  CHECK(secret_of(ask(real.sys, source, what)) == "abc");
  what.reason = attempt_reason::requested;
  what.previous.access_token = secret{"abc"};
  CHECK(secret_of(ask(real.sys, source, what)) == "abc");
}
