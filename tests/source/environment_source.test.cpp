#include <bearer/error.hpp>
#include <bearer/source/environment_source.hpp>

#include "support/real_time.hpp"
#include "support/temp_folder.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace bearer;
using namespace bearer::test;

namespace {

constexpr auto name = "BEARER_TEST_TOKEN";

} // namespace

TEST_CASE("an environment variable is read anew at each attempt, trimmed") {
  real_system real;
  auto variable = scoped_variable{name, "first"};
  auto source = environment_source(real.sys, name);
  REQUIRE(source);
  CHECK(secret_of(ask(real.sys, *source)) == "first");
  variable.set(" second\n");
  CHECK(secret_of(ask(real.sys, *source)) == "second");
}

TEST_CASE("a missing or empty variable is an error that names it") {
  real_system real;
  auto variable = scoped_variable{name, nullptr};
  auto source = *environment_source(real.sys, name);
  auto check_empty = [&] {
    auto result = ask(real.sys, source);
    CHECK(error_of(result) == errc::empty_token);
    CHECK(contains(error_text(result), name));
  };
  check_empty();
  variable.set("");
  check_empty();
  variable.set(" \n ");
  check_empty();
}

TEST_CASE("a malformed variable is an error that names it and hides it") {
  real_system real;
  auto variable = scoped_variable{name, nullptr};
  auto source = *environment_source(real.sys, name);
  for (const auto* bad :
       {"CANARY\nb", "CANARY b", "CANARY\xc3\xbc", R"({"token":"CANARY"})"}) {
    variable.set(bad);
    auto result = ask(real.sys, source);
    CHECK(error_of(result) == errc::malformed_token);
    CHECK(contains(error_text(result), name));
    CHECK_FALSE(contains(error_text(result), "CANARY"));
  }
}

TEST_CASE("a name that no variable can have is refused at once") {
  real_system real;
  for (const auto& bad : {std::string{}, std::string{"A=B"},
                          std::string{"A\0B", 3}, std::string{"="}}) {
    auto result = environment_source(real.sys, bad);
    CHECK(error_of(result) == errc::invalid_setting);
    CHECK(contains(error_text(result), "name"));
  }
}
