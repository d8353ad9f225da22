#include <bearer/error.hpp>

#include <caf/sec.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <set>
#include <string>

using namespace bearer;
using namespace std::chrono_literals;

namespace {

constexpr auto last = errc::owner_unreachable;

} // namespace

TEST_CASE("every code has a name of its own that leads back to it") {
  auto names = std::set<std::string>{};
  for (auto i = 0; i <= static_cast<int>(last); ++i) {
    auto code = errc::none;
    REQUIRE(from_integer(static_cast<std::uint8_t>(i), code));
    CHECK(static_cast<int>(code) == i);
    const auto name = to_string(code);
    CHECK(names.insert(name).second);
    auto parsed = errc::none;
    CHECK(from_string(name, parsed));
    CHECK(parsed == code);
  }
}

TEST_CASE("numbers and names beyond the codes are refused") {
  auto code = errc::stopped;
  for (auto i = static_cast<int>(last) + 1; i < 256; ++i)
    CHECK(!from_integer(static_cast<std::uint8_t>(i), code));
  CHECK(!from_string("", code));
  CHECK(!from_string("Stopped", code));
  CHECK(code == errc::stopped);
}

TEST_CASE("the numbers of the codes are pinned, because they travel") {
  CHECK(static_cast<int>(errc::timed_out) == 1);
  CHECK(static_cast<int>(errc::stopped) == 2);
  CHECK(static_cast<int>(errc::unchanged) == 3);
  CHECK(static_cast<int>(errc::unknown_generation) == 6);
  CHECK(static_cast<int>(errc::attempt_timed_out) == 9);
  CHECK(static_cast<int>(errc::transient_failure) == 19);
  CHECK(static_cast<int>(errc::permanent_failure) == 20);
  CHECK(static_cast<int>(errc::static_token_rejected) == 22);
  CHECK(static_cast<int>(errc::rotation_lost) == 28);
  CHECK(static_cast<int>(errc::answer_lost) == 29);
  CHECK(static_cast<int>(errc::family_full) == 30);
  CHECK(static_cast<int>(errc::token_refused) == 31);
  CHECK(static_cast<int>(errc::owner_unreachable) == 32);
}

TEST_CASE("permanent is what errc marks so or a source wrapped so", "[I12]") {
  const auto permanent = std::set{errc::permanent_failure, errc::source_stopped,
                                  errc::static_token_rejected,
                                  errc::rotation_lost};
  for (auto i = 1; i <= static_cast<int>(last); ++i) {
    const auto code = static_cast<errc>(i);
    CHECK(is_permanent(caf::make_error(code)) == (permanent.count(code) > 0));
  }
  const auto cause = caf::make_error(caf::sec::invalid_argument, "no client");
  CHECK(is_permanent(make_permanent(cause)));
  CHECK(!is_permanent(make_transient(cause)));
  CHECK(!is_permanent(make_transient(caf::make_error(errc::source_stopped))));
  CHECK(!is_permanent(cause));
  CHECK(!is_permanent({}));
}

TEST_CASE("codes of other categories with the same number mean nothing here") {
  const auto foreign = caf::make_error(caf::sec::unexpected_message);
  CHECK(!is_bearer_error(foreign));
  CHECK(is_bearer_error(caf::make_error(errc::stopped)));
  CHECK(!is_permanent(caf::make_error(static_cast<caf::sec>(20))));
}

TEST_CASE("a transient failure carries its cause and retry_after", "[I9]") {
  const auto cause = caf::make_error(caf::sec::runtime_error, "503");
  const auto err = make_transient(cause, 30s);
  CHECK(err == errc::transient_failure);
  CHECK(retry_after_of(err) == 30s);
  CHECK(!retry_after_of(make_transient(cause)));
  CHECK(!retry_after_of(make_permanent(cause)));
  CHECK(!retry_after_of(cause));
  CHECK(!retry_after_of({}));
  CHECK(!retry_after_of(caf::make_error(errc::busy)));
  CHECK(to_string(err).find("503") != std::string::npos);
}

TEST_CASE("a timeout carries the last error and the next attempt", "[I6]") {
  const auto details = timeout_details{caf::make_error(errc::busy), 3s};
  const auto err = caf::make_error(errc::timed_out, details);
  const auto got = timeout_details_of(err);
  REQUIRE(got);
  CHECK(got->last_error == errc::busy);
  CHECK(got->next_attempt_in == 3s);
  CHECK(!timeout_details_of(caf::make_error(errc::timed_out)));
  CHECK(!timeout_details_of(caf::make_error(errc::stopped)));
  CHECK(!timeout_details_of({}));
}

TEST_CASE("no error is no error of the library") {
  CHECK(!is_bearer_error({}));
}
