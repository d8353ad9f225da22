#include <bearer/error.hpp>
#include <bearer/grpc/credentials.hpp>
#include <bearer/grpc/detail/status_of.hpp>

#include "support/canary.hpp"
#include "support/eventually.hpp"
#include "support/real_sources.hpp"
#include "support/rpc_scene.hpp"
#include "support/rpc_server.hpp"
#include "support/thread_count.hpp"
#include "support/waiting_calls.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

void start(rpc_calls& into, const std::shared_ptr<::grpc::Channel>& channel,
           int count) {
  for (int i = 0; i < count; ++i)
    into.emplace_back(channel);
}

fetch_options within(caf::timespan timeout) {
  auto result = fetch_options{};
  result.timeout = timeout;
  return result;
}

} // namespace

TEST_CASE("many calls at once wait for one attempt", "[grpc][I1]") {
  real_system real;
  numbered_source source;
  rpc_server server;
  auto api = make_bearer(real.sys, source.spawn(real.sys));
  auto channel = server.channel(bearer::grpc::call_credentials(api));
  auto waiting = rpc_calls{};
  start(waiting, channel, 100);
  for (const auto& x : waiting)
    CHECK(x.status().ok());
  CHECK(source.calls() == 1);
  CHECK(server.heard().size() == 100);
}

TEST_CASE(
  "calls that wait through an outage take no threads and hold up nobody",
  "[grpc][I7]") {
  real_system real;
  numbered_source ill;
  numbered_source well;
  ill.break_down();
  rpc_server server;
  auto api = make_bearer(real.sys, ill.spawn(real.sys));
  auto other = make_bearer(real.sys, well.spawn(real.sys), "other");
  auto channel = server.channel(bearer::grpc::call_credentials(api));
  auto waiting = rpc_calls{};
  start(waiting, channel, 1);
  REQUIRE(wait_for_waiters(api, 1));
  const auto before = thread_count();
  start(waiting, channel, 999);
  REQUIRE(wait_for_waiters(api, 1000));
  CHECK(thread_count() < before + 20);
  // A miss of another bearer, on a channel that has yet to connect.
  CHECK(call(server.channel(bearer::grpc::call_credentials(other))).ok());
  // And a call with nothing to wait for on the very channel, but for the wait.
  CHECK(call(server.channel()).ok());
  CHECK(wait_for_waiters(api, 1000));
  ill.heal();
  for (const auto& x : waiting)
    CHECK(x.status().ok());
  CHECK(server.heard().size() == 1002);
}

TEST_CASE("a call waits no longer than the options say", "[grpc][I5]") {
  real_system real;
  numbered_source source;
  source.break_down();
  rpc_server server;
  auto api = make_bearer(real.sys, source.spawn(real.sys));
  auto channel
    = server.channel(bearer::grpc::call_credentials(api, within(2s)));
  const auto status = call(channel, [](::grpc::ClientContext& context) {
    context.set_wait_for_ready(true);
  });
  CHECK(status.error_code() == ::grpc::StatusCode::UNAVAILABLE);
  CHECK(contains(status.error_message(), "no token from bearer 'api'"));
  CHECK(contains(status.error_message(), "timed_out"));
  CHECK(contains(status.error_message(), "out of order"));
  CHECK(server.heard().empty());
}

TEST_CASE("a call hears the next attempt's error if the options say so",
          "[grpc][I6]") {
  real_system real;
  numbered_source source;
  source.break_down();
  rpc_server server;
  auto api = make_bearer(real.sys, source.spawn(real.sys));
  auto waiting = fetch_options{};
  waiting.report_error = true;
  auto channel = server.channel(bearer::grpc::call_credentials(api, waiting));
  const auto status = call(channel);
  CHECK(status.error_code() == ::grpc::StatusCode::UNAVAILABLE);
  CHECK(contains(status.error_message(), "command_failed"));
}

TEST_CASE("a call that waits ends at its own deadline", "[grpc]") {
  waiting_scene scene;
  const auto status = call(scene.channel, [](::grpc::ClientContext& context) {
    context.set_deadline(std::chrono::system_clock::now() + 50ms);
  });
  CHECK(status.error_code() == ::grpc::StatusCode::DEADLINE_EXCEEDED);
  CHECK(scene.server.heard().empty());
  scene.api.stop();
}

TEST_CASE("a call that waits can be cancelled", "[grpc]") {
  waiting_scene scene;
  auto waiting = rpc_call{scene.channel};
  REQUIRE(wait_for_waiters(scene.api, 1));
  waiting.cancel();
  CHECK(waiting.status().error_code() == ::grpc::StatusCode::CANCELLED);
  CHECK(scene.server.heard().empty());
  // gRPC has not told that nobody waits any more.
  CHECK(wait_for_waiters(scene.api, 1));
  scene.api.stop();
}

TEST_CASE("the answer to a call that is gone does no harm", "[grpc]") {
  real_system real;
  numbered_source source;
  source.break_down();
  auto api = make_bearer(real.sys, source.spawn(real.sys));
  {
    rpc_server server;
    auto channel = server.channel(bearer::grpc::call_credentials(api));
    auto waiting = rpc_calls{};
    start(waiting, channel, 10);
    REQUIRE(wait_for_waiters(api, 10));
    // Cancels them; then channel, credentials and server go as well.
  }
  CHECK(api.status().waiters == 10);
  source.heal();
  CHECK(api.fetch());
  CHECK(wait_for_waiters(api, 0));
}

TEST_CASE("a permanent error ends calls at once and is named", "[grpc][I12]") {
  real_system real;
  rpc_server server;
  auto api = make_bearer(
    real.sys, ready_source(real.sys, make_permanent(caf::make_error(
                                       errc::server_refused,
                                       refusal{"https://id.test", 401,
                                               "invalid_client", "unknown"}))));
  auto channel = server.channel(bearer::grpc::call_credentials(api));
  const auto status = call(channel);
  // What gRPC 1.51 makes of any error of a plugin.
  CHECK(status.error_code() == ::grpc::StatusCode::UNAVAILABLE);
  CHECK(contains(status.error_message(), "no token from bearer 'api'"));
  CHECK(contains(status.error_message(), "invalid_client"));
}

TEST_CASE("only errors that may pass are UNAVAILABLE", "[grpc]") {
  const auto code_of = [](const caf::error& why) {
    return bearer::grpc::detail::status_of("api", why).error_code();
  };
  const auto passing = caf::make_error(errc::connection_failed);
  const auto lasting = ::grpc::StatusCode::UNAUTHENTICATED;
  CHECK(code_of(passing) == ::grpc::StatusCode::UNAVAILABLE);
  CHECK(code_of(caf::make_error(errc::timed_out, timeout_details{}))
        == ::grpc::StatusCode::UNAVAILABLE);
  CHECK(code_of(make_permanent(passing)) == lasting);
  CHECK(code_of(caf::make_error(errc::stopped)) == lasting);
  CHECK(code_of(caf::make_error(errc::invalid_option)) == lasting);
}

TEST_CASE("no secret gets into the status of a call without a token",
          "[grpc][I19]") {
  real_system real;
  rpc_server server;
  auto calls = std::make_shared<std::atomic<int>>(0);
  auto api = make_bearer(real.sys, function_source(real.sys, [calls] {
                           // The second and all later times it is the rejected
                           // one.
                           ++*calls;
                           return token{secret{canary}};
                         }));
  auto channel
    = server.channel(bearer::grpc::call_credentials(api, within(2s)));
  REQUIRE(call(channel).ok());
  api.reject(api.fetch()->generation);
  const auto status = call(channel);
  CHECK(status.error_code() == ::grpc::StatusCode::UNAVAILABLE);
  CHECK(contains(status.error_message(), "rejected_token"));
  CHECK_FALSE(shows(status.error_message()));
  CHECK_FALSE(shows(status.error_details()));
}
