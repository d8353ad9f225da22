#include <bearer/error.hpp>
#include <bearer/remote/detail/owner_list.hpp>

#include "support/real_time.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <string>

using namespace bearer;
using namespace bearer::remote::detail;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// 2001-09-09T01:46:40Z.
constexpr auto start = caf::timestamp{1'000'000'000s};

caf::error lost() {
  return caf::make_error(errc::connection_failed, "connection lost");
}

owner_list two_owners() {
  return owner_list{{{"one", 1}, {"two", 2}}};
}

std::string text_of_error(const owner_list& owners) {
  const auto err = owners.error();
  REQUIRE(err == errc::owner_unreachable);
  return caf::to_string(err);
}

} // namespace

TEST_CASE("owners are tried in turn", "[remote]") {
  auto owners = two_owners();
  CHECK(owners.current() == remote::address{"one", 1});
  owners.move_on();
  CHECK(owners.current() == remote::address{"two", 2});
  owners.move_on();
  CHECK(owners.current() == remote::address{"one", 1});
}

TEST_CASE("the error of an outage tells of each owner why, and since when",
          "[remote][I6]") {
  auto owners = two_owners();
  owners.note(lost(), start);
  owners.move_on();
  owners.note(caf::make_error(errc::connection_failed, "two:2: refused"),
              start + 1h);
  owners.add("nor the fallback");
  const auto text = text_of_error(owners);
  CHECK(contains(text, "one:1: connection lost, two:2: refused; "
                       "since 2001-09-09T01:46:40Z; nor the fallback"));
}

TEST_CASE("an outage begins with the question that has no answer",
          "[remote][I6]") {
  auto owners = two_owners();
  owners.asked(start);
  CHECK(contains(text_of_error(owners),
                 "one:1: no answer yet, two:2; since 2001-09-09T01:46:40Z"));
  owners.note(lost(), start + 1h);
  owners.asked(start + 2h);
  CHECK(contains(text_of_error(owners),
                 "one:1: connection lost, two:2; since 2001-09-09T01:46:40Z"));
}

TEST_CASE("an answer ends an outage", "[remote][I6]") {
  auto owners = two_owners();
  owners.note(lost(), start);
  owners.add("nor the fallback");
  owners.answered();
  CHECK(!contains(text_of_error(owners), "since"));
  CHECK(!contains(text_of_error(owners), "fallback"));
  CHECK(!contains(text_of_error(owners), "lost"));
  owners.note(lost(), start + 1h);
  CHECK(contains(text_of_error(owners), "since 2001-09-09T02:46:40Z"));
}
