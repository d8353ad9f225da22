#include <bearer/error.hpp>
#include <bearer/source/detail/oauth2_session.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace bearer;
using detail::oauth2_session;

TEST_CASE("a refresh token is stored once, by one call at a time", "[oauth2]") {
  auto session = oauth2_session{"", secret{"one"}, nullptr};
  auto stored = std::vector<std::string>{};
  const auto hook = [&](const secret& what) {
    stored.emplace_back(what.view());
    // Somebody else comes meanwhile.
    CHECK(session.store_with([](const secret&) { return caf::error{}; })
          == errc::busy);
    return caf::error{};
  };
  CHECK_FALSE(session.unstored());
  CHECK(!session.store_with(hook));
  CHECK(stored.empty());
  session.rotate(secret{"two"});
  CHECK(session.unstored());
  CHECK(!session.store_with(hook));
  CHECK(stored == std::vector<std::string>{"two"});
  CHECK_FALSE(session.unstored());
}

TEST_CASE(
  "a refresh token that was replaced while it was stored is stored next",
  "[oauth2]") {
  auto session = oauth2_session{"", secret{"one"}, nullptr};
  session.rotate(secret{"two"});
  CHECK(!session.store_with([&](const secret&) {
    session.rotate(secret{"three"});
    return caf::error{};
  }));
  CHECK(session.unstored());
}

TEST_CASE("one attempt at a time has the refresh token", "[oauth2]") {
  auto session = oauth2_session{"", secret{"one"}, nullptr};
  auto first = session.reserve();
  REQUIRE(first);
  CHECK_FALSE(session.reserve());
  first = nullptr;
  CHECK(session.reserve());
}

TEST_CASE("a refresh token is in doubt from its use to the answer",
          "[oauth2]") {
  auto session = oauth2_session{"", secret{"one"}, nullptr};
  CHECK_FALSE(session.begin_use());
  CHECK(session.begin_use());
  session.end_use();
  CHECK_FALSE(session.begin_use());
}
