#include <bearer/bearer.hpp>
#include <bearer/error.hpp>
#include <bearer/source/file_source.hpp>

#include "support/hanging_folder.hpp"
#include "support/real_time.hpp"
#include "support/time_of.hpp"

#include <chrono>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

handle spawn_with(real_system& real, const std::string& file) {
  auto settings = renewal_settings{};
  settings.refresh_request_timeout = 100ms;
  settings.initial_retry_timeout = 5ms;
  settings.max_retry_timeout = 20ms;
  auto result = spawn(real.sys, file_source(real.sys, file), settings);
  REQUIRE(result);
  return *result;
}

} // namespace

TEST_CASE("a token file that hangs is given up, and read when it recovers",
          "[file_source][I15]") {
  const auto folder = hanging_folder_or_skip();
  real_system real;
  const auto api = spawn_with(real, folder->path("token"));
  auto once = fetch_options{};
  once.report_error = true;
  CHECK(error_of(api.fetch(once)) == errc::attempt_timed_out);
  // The first look at the file has not come to an end.
  CHECK(error_of(api.fetch(once)) == errc::busy);
  folder->recover();
  folder->write("token", "abc");
  CHECK(secret_of(api.fetch()) == "abc");
}

TEST_CASE("a token file that hangs holds up no end", "[file_source]") {
  const auto folder = hanging_folder_or_skip();
  auto real = std::make_unique<real_system>();
  auto once = fetch_options{};
  once.report_error = true;
  CHECK(error_of(spawn_with(*real, folder->path("token")).fetch(once))
        == errc::attempt_timed_out);
  CHECK(time_of([&] { real.reset(); }) < 1s);
}
