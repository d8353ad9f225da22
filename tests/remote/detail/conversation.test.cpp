#include <bearer/error.hpp>
#include <bearer/remote/detail/conversation.hpp>
#include <bearer/remote/detail/error_text.hpp>

#include "support/real_time.hpp"
#include "support/scripted_source.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>

using namespace bearer;
using namespace bearer::remote;
using namespace bearer::remote::detail;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

constexpr auto now = caf::timestamp{1'000h};

token numbered(std::string_view secret, const generation& number) {
  auto result = make_token(secret);
  result.generation = number;
  return result;
}

attempt replacing(attempt_reason why, token previous) {
  auto result = make_attempt();
  result.reason = why;
  result.previous = std::move(previous);
  if (why == attempt_reason::rejected)
    result.rejected = result.previous.access_token;
  return result;
}

answer granting(std::string_view secret, const generation& number) {
  auto result = answer{};
  result.granted = numbered(secret, number);
  return result;
}

answer declining(errc code) {
  return decline(caf::make_error(code));
}

/// The outcome that there must be.
caf::expected<token> outcome(const conversation::step& what) {
  return std::get<caf::expected<token>>(what);
}

/// The question that there must be.
question more(const conversation::step& what) {
  return std::get<question>(what);
}

} // namespace

TEST_CASE("without a reason a replica asks for any token", "[remote]") {
  for (auto why : {attempt_reason::first, attempt_reason::scheduled}) {
    auto talk = conversation{replacing(why, numbered("old", {7, 3}))};
    const auto asked = talk.begin();
    CHECK(asked.newer_than == generation{});
    CHECK_FALSE(asked.rejected);
    CHECK(secret_of(outcome(talk.go_on(granting("old", {7, 3}), now)))
          == "old");
  }
}

TEST_CASE("a rejection is told under the owner's number", "[remote][I4]") {
  auto talk = conversation{
    replacing(attempt_reason::rejected, numbered("old", {7, 3}))};
  const auto asked = talk.begin();
  CHECK(asked.newer_than == generation{7, 3});
  CHECK(asked.rejected);
  const auto got = outcome(talk.go_on(granting("new", {7, 4}), now));
  CHECK(secret_of(got) == "new");
  CHECK(got->generation == generation{7, 4});
}

TEST_CASE("a wish for a newer token is no rejection", "[remote]") {
  auto talk = conversation{
    replacing(attempt_reason::requested, numbered("old", {7, 3}))};
  const auto asked = talk.begin();
  CHECK(asked.newer_than == generation{7, 3});
  CHECK_FALSE(asked.rejected);
}

TEST_CASE("an owner that was restarted with another token has a newer one",
          "[remote]") {
  auto talk = conversation{
    replacing(attempt_reason::rejected, numbered("old", {7, 3}))};
  talk.begin();
  const auto asked = more(talk.go_on(declining(errc::unknown_generation), now));
  CHECK(asked.newer_than == generation{});
  CHECK_FALSE(asked.rejected);
  CHECK(secret_of(outcome(talk.go_on(granting("new", {8, 1}), now))) == "new");
}

TEST_CASE("an owner that was restarted with a rejected token is told so",
          "[remote][I4]") {
  auto talk = conversation{
    replacing(attempt_reason::rejected, numbered("old", {7, 3}))};
  talk.begin();
  talk.go_on(declining(errc::unknown_generation), now);
  const auto asked = more(talk.go_on(granting("old", {8, 1}), now));
  CHECK(asked.newer_than == generation{8, 1});
  CHECK(asked.rejected);
  CHECK(secret_of(outcome(talk.go_on(granting("new", {8, 2}), now))) == "new");
}

TEST_CASE("an owner that has what was rejected while it was away is told so",
          "[remote][I4]") {
  // The fallback, say, has given another one since.
  auto what = replacing(attempt_reason::scheduled,
                        numbered("fallback", {9, 1}));
  what.rejected = secret{"old"};
  auto talk = conversation{what};
  CHECK(talk.begin().newer_than == generation{});
  const auto asked = more(talk.go_on(granting("old", {7, 3}), now));
  CHECK(asked.newer_than == generation{7, 3});
  CHECK(asked.rejected);
  CHECK(secret_of(outcome(talk.go_on(granting("new", {7, 4}), now))) == "new");
}

TEST_CASE("an owner whose newer token was rejected before is told so",
          "[remote][I4]") {
  auto what = replacing(attempt_reason::requested, numbered("current", {7, 4}));
  what.rejected = secret{"old"};
  auto talk = conversation{what};
  CHECK(talk.begin().newer_than == generation{7, 4});
  const auto asked = more(talk.go_on(granting("old", {7, 5}), now));
  CHECK(asked.newer_than == generation{7, 5});
  CHECK(asked.rejected);
  // What it says then is its last word.
  CHECK(secret_of(outcome(talk.go_on(granting("old", {7, 6}), now))) == "old");
}

TEST_CASE("a token that cannot be replaced is as good as before",
          "[remote][I3]") {
  auto talk = conversation{
    replacing(attempt_reason::requested, numbered("old", {7, 3}))};
  talk.begin();
  const auto asked = more(talk.go_on(declining(errc::unchanged), now));
  CHECK(asked.newer_than == generation{});
  CHECK(secret_of(outcome(talk.go_on(granting("old", {7, 3}), now))) == "old");
}

TEST_CASE("no owner can keep a conversation going", "[remote]") {
  for (auto code : {errc::unknown_generation, errc::unchanged}) {
    auto talk = conversation{
      replacing(attempt_reason::requested, numbered("old", {7, 3}))};
    talk.begin();
    auto questions = 1;
    while (std::holds_alternative<question>(talk.go_on(declining(code), now)))
      REQUIRE(++questions < 10);
  }
  auto talk = conversation{
    replacing(attempt_reason::requested, numbered("old", {7, 3}))};
  talk.begin();
  talk.go_on(declining(errc::unknown_generation), now);
  auto questions = 2;
  while (
    std::holds_alternative<question>(talk.go_on(granting("old", {8, 1}), now)))
    REQUIRE(++questions < 10);
}

TEST_CASE("a token ends when the owner's word for it does, on either clock",
          "[remote][I2][I13]") {
  auto what = granting("secret", {7, 1});
  what.usable_until = now + 1h;
  what.usable_for = 1h;
  CHECK(adopt(what, now).expires_at == now + 1h);
  // The replica's clock is behind by a day.
  CHECK(adopt(what, now - 24h).expires_at == now - 23h);
  // It is ahead by a minute.
  CHECK(adopt(what, now + 1min).expires_at == now + 1h);
}

TEST_CASE("a token without an end has none at a replica", "[remote]") {
  auto what = granting("secret", {7, 1});
  what.granted.refresh_after = 1s;
  const auto got = adopt(what, now);
  CHECK_FALSE(got.expires_at);
  // The owner tells of a newer one.
  CHECK_FALSE(got.refresh_after);
}

TEST_CASE("a lifetime beyond all bounds does not overflow", "[remote]") {
  auto what = granting("secret", {7, 1});
  what.usable_for = caf::timespan::max();
  what.usable_until = caf::timestamp::max();
  CHECK(adopt(what, now).expires_at == caf::timestamp::max());
}

// -- errors -------------------------------------------------------------------

TEST_CASE("an error of the owner keeps its code and its text", "[remote]") {
  const auto got
    = reason_of(decline(caf::make_error(errc::command_failed, "no such file")));
  CHECK(got == errc::command_failed);
  CHECK(contains(caf::to_string(got), "the owner: no such file"));
}

TEST_CASE("what the owner's source says of retrying reaches the replica",
          "[remote]") {
  const auto busy = reason_of(decline(
    make_transient(caf::make_error(errc::connection_failed, "later"), 7s)));
  CHECK_FALSE(is_permanent(busy));
  CHECK(retry_after_of(busy) == caf::timespan{7s});
  const auto dead = reason_of(
    decline(make_permanent(caf::make_error(errc::command_failed, "never"))));
  CHECK(is_permanent(dead));
  CHECK(contains(caf::to_string(dead), "never"));
}

TEST_CASE("what the owner waited for says more than that it did", "[remote]") {
  auto details = timeout_details{};
  details.last_error
    = make_permanent(caf::make_error(errc::command_failed, "out of order"));
  const auto got
    = reason_of(decline(caf::make_error(errc::timed_out, details)));
  CHECK(is_permanent(got));
  CHECK(contains(caf::to_string(got), "out of order"));
  const auto other
    = reason_of(decline(caf::make_error(errc::timed_out, timeout_details{})));
  CHECK(other == errc::attempt_timed_out);
}

TEST_CASE("an owner's own outage is told in brief", "[remote][I6]") {
  const auto text_with = [](errc code) {
    return caf::to_string(
      reason_of(decline(caf::make_error(code, std::string(300, 'x')))));
  };
  CHECK(contains(text_with(errc::command_failed), std::string(300, 'x')));
  CHECK(contains(text_with(errc::owner_unreachable), "the owner: x"));
  CHECK(!contains(text_with(errc::owner_unreachable), std::string(128, 'x')));
}

TEST_CASE("an error that other nodes do not know is told in words",
          "[remote]") {
  const auto got
    = reason_of(decline(caf::make_error(caf::sec::runtime_error, "strange")));
  CHECK(got == errc::source_failed);
  CHECK(contains(caf::to_string(got), "strange"));
}

TEST_CASE("an endless text is cut", "[remote]") {
  const auto got
    = decline(caf::make_error(errc::command_failed, std::string(100'000, 'x')));
  CHECK(got.text.size() < 2'000);
}
