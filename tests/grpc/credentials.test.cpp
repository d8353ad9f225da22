#include <bearer/grpc/credentials.hpp>
#include <bearer/grpc/error.hpp>

#include "support/canary.hpp"
#include "support/real_sources.hpp"
#include "support/rpc_scene.hpp"
#include "support/rpc_server.hpp"

#include <catch2/catch_test_macros.hpp>
#include <grpc/support/time.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

using texts = std::vector<std::string>;

::grpc::Status refuse_first(const std::string& value) {
  if (value == "Bearer token-1")
    return {::grpc::StatusCode::UNAUTHENTICATED, "the token was revoked"};
  return ::grpc::Status::OK;
}

/// Calls with this very token.
caf::error call_with(const std::shared_ptr<::grpc::Channel>& channel,
                     const token& tok) {
  return bearer::grpc::error_of(call(channel,
                                     [&](::grpc::ClientContext& context) {
                                       bearer::grpc::authorize(context, tok,
                                                               patience);
                                     }),
                                "Echo", tok.access_token);
}

caf::timespan time_left(const ::grpc::ClientContext& context) {
  const auto end = gpr_convert_clock_type(context.raw_deadline(),
                                          GPR_CLOCK_MONOTONIC);
  const auto left = gpr_time_sub(end, gpr_now(GPR_CLOCK_MONOTONIC));
  return std::chrono::seconds{left.tv_sec}
         + std::chrono::nanoseconds{left.tv_nsec};
}

} // namespace

TEST_CASE("every call of a channel carries the bearer's token", "[grpc]") {
  real_system real;
  numbered_source source;
  rpc_server server;
  auto api = make_bearer(real.sys, source.spawn(real.sys));
  auto channel = server.channel(bearer::grpc::call_credentials(api));
  CHECK(call(channel).ok());
  CHECK(call(channel).ok());
  CHECK(server.heard() == texts{"Bearer token-1", "Bearer token-1"});
  CHECK(source.calls() == 1);
}

TEST_CASE("a single call carries the bearer's token", "[grpc]") {
  real_system real;
  numbered_source source;
  rpc_server server;
  auto api = make_bearer(real.sys, source.spawn(real.sys));
  auto credentials = bearer::grpc::call_credentials(api);
  auto channel = server.channel();
  CHECK(call(channel, [&](::grpc::ClientContext& context) {
          context.set_credentials(credentials);
        }).ok());
  CHECK(call(channel).ok());
  CHECK(server.heard() == texts{"Bearer token-1", ""});
}

TEST_CASE("calls of a channel carry the new token after a rejection",
          "[grpc]") {
  real_system real;
  numbered_source source;
  rpc_server server{refuse_first};
  auto api = make_bearer(real.sys, source.spawn(real.sys));
  auto channel = server.channel(bearer::grpc::call_credentials(api));
  const auto refused = call(channel);
  CHECK(refused.error_code() == ::grpc::StatusCode::UNAUTHENTICATED);
  api.reject(api.fetch()->generation);
  CHECK(call(channel).ok());
  CHECK(server.heard() == texts{"Bearer token-1", "Bearer token-2"});
  CHECK(source.calls() == 2);
}

TEST_CASE("a hit is a read without a message", "[grpc]") {
  real_system real;
  numbered_source source;
  rpc_server server;
  auto api = make_bearer(real.sys, source.spawn(real.sys));
  REQUIRE(api.fetch());
  const auto before = api.status().fetches;
  auto channel = server.channel(bearer::grpc::call_credentials(api));
  for (int i = 0; i < 100; ++i)
    CHECK(call(channel).ok());
  // A reader tells of its reads at its end, which comes with the channel's.
  channel.reset();
  const auto end = std::chrono::steady_clock::now() + patience;
  while (api.status().fetches.fast_reads == 0
         && std::chrono::steady_clock::now() < end)
    continue;
  const auto after = api.status().fetches;
  CHECK(after.fast_reads == before.fast_reads + 100);
  CHECK(after.total() == before.total());
}

TEST_CASE("credentials are for secure channels alone", "[grpc]") {
  real_system real;
  numbered_source source;
  rpc_server server{rpc_server::accept_all, rpc_server::transport::plain};
  auto api = make_bearer(real.sys, source.spawn(real.sys));
  auto channel = server.channel();
  REQUIRE(call(channel).ok());
  const auto attempt
    = [&](const std::shared_ptr<::grpc::CallCredentials>& with) {
        return call(channel, [&](::grpc::ClientContext& context) {
          context.set_credentials(with);
        });
      };
  for (const auto& with : {bearer::grpc::call_credentials(api),
                           bearer::grpc::token_credentials(*api.fetch())}) {
    const auto status = attempt(with);
    CHECK(status.error_code() == ::grpc::StatusCode::UNAUTHENTICATED);
    // Nobody has refused the token.
    const auto err = bearer::grpc::error_of(status, "Echo");
    CHECK(err == errc::invalid_setting);
    CHECK(default_retry_verdict(err) == retry_verdict::no);
  }
  CHECK(server.heard() == texts{""});
}

TEST_CASE("the budget is the call's deadline", "[grpc]") {
  const auto tok = token{secret{"abc"}};
  auto plain = ::grpc::ClientContext{};
  bearer::grpc::authorize(plain, tok, 10min);
  CHECK(time_left(plain) <= 10min);
  CHECK(time_left(plain) > 9min);
  auto sooner = ::grpc::ClientContext{};
  sooner.set_deadline(std::chrono::system_clock::now() + 2min);
  bearer::grpc::authorize(sooner, tok, 10min);
  CHECK(time_left(sooner) <= 2min);
  auto later = ::grpc::ClientContext{};
  later.set_deadline(std::chrono::system_clock::now() + 1h);
  bearer::grpc::authorize(later, tok, 10min);
  CHECK(time_left(later) <= 10min);
  auto endless = ::grpc::ClientContext{};
  bearer::grpc::authorize(endless, tok, caf::timespan::max());
  const auto end = endless.raw_deadline();
  CHECK(gpr_time_cmp(end, gpr_inf_future(end.clock_type)) == 0);
}

TEST_CASE("a call without budget ends without being sent", "[grpc]") {
  rpc_server server;
  const auto status = call(server.channel(), [](
                                               ::grpc::ClientContext& context) {
    bearer::grpc::authorize(context, token{secret{"abc"}}, caf::timespan{0});
  });
  CHECK(status.error_code() == ::grpc::StatusCode::DEADLINE_EXCEEDED);
  CHECK(server.heard().empty());
}

TEST_CASE("no description of credentials shows the secret", "[grpc][I19]") {
  real_system real;
  auto api = make_bearer(real.sys,
                         ready_source(real.sys, token{secret{canary}}));
  const auto tok = *api.fetch();
  const auto waiting = bearer::grpc::call_credentials(api)->DebugString();
  CHECK(contains(waiting, "bearer 'api'"));
  CHECK_FALSE(shows(waiting));
  CHECK_FALSE(shows(bearer::grpc::token_credentials(tok)->DebugString()));
}

TEST_CASE("a server that repeats the token does not bring it into an error",
          "[grpc][I19]") {
  real_system real;
  rpc_server server{[](const std::string& value) {
    return ::grpc::Status{::grpc::StatusCode::UNAUTHENTICATED,
                          "I do not like " + value};
  }};
  auto api = make_bearer(real.sys,
                         ready_source(real.sys, token{secret{canary}}));
  const auto err = call_with(server.channel(), *api.fetch());
  REQUIRE(refusal_of(err));
  CHECK(refusal_of(err)->description == "I do not like Bearer <redacted>");
  CHECK_FALSE(shows(to_string(err)));
  REQUIRE(shows(server.heard().front()));
}
