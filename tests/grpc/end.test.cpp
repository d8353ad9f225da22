#include <bearer/grpc/credentials.hpp>

#include "support/eventually.hpp"
#include "support/real_sources.hpp"
#include "support/rpc_scene.hpp"
#include "support/rpc_server.hpp"
#include "support/time_of.hpp"
#include "support/waiting_calls.hpp"

#include <caf/actor_cast.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <memory>
#include <thread>
#include <utility>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// Whether the call failed because the bearer was stopped.
bool is_stopped(const ::grpc::Status& status) {
  return status.error_code() == ::grpc::StatusCode::UNAVAILABLE
         && contains(status.error_message(), "no token from bearer 'api'")
         && contains(status.error_message(), "stopped");
}

} // namespace

TEST_CASE("calls that wait end with the bearer", "[grpc][I14]") {
  waiting_scene scene;
  auto waiting = rpc_calls{};
  for (int i = 0; i < 10; ++i)
    waiting.emplace_back(scene.channel);
  REQUIRE(wait_for_waiters(scene.api, 10));
  SECTION("when it is stopped") {
    scene.api.stop();
  }
  SECTION("when it is closed") {
    scene.api.close(0s);
  }
  SECTION("when somebody kills it") {
    caf::anon_send_exit(scene.api.actor(), caf::exit_reason::kill);
  }
  for (const auto& x : waiting)
    CHECK(is_stopped(x.status()));
  CHECK(is_stopped(call(scene.channel)));
}

TEST_CASE("credentials keep the bearer running", "[grpc][lifetime]") {
  real_system real;
  numbered_source source;
  rpc_server server;
  auto api = make_bearer(real.sys, source.spawn(real.sys));
  auto channel = server.channel(bearer::grpc::call_credentials(api));
  api = handle{};
  CHECK(call(channel).ok());
  CHECK(call(channel).ok());
  CHECK(source.calls() == 1);
}

TEST_CASE("an actor system ends within a second when the channels are gone",
          "[grpc][shutdown]") {
  auto real = std::make_unique<real_system>();
  rpc_server server;
  {
    numbered_source source;
    auto api = make_bearer(real->sys, source.spawn(real->sys));
    auto channel = server.channel(bearer::grpc::call_credentials(api));
    REQUIRE(call(channel).ok());
  }
  CHECK(time_of([&] { real.reset(); }) < 1s);
}

TEST_CASE("an actor system ends within a second after a stop, whatever waits",
          "[grpc][shutdown]") {
  auto real = std::make_unique<real_system>();
  rpc_server server;
  signal called;
  auto waiting = rpc_calls{};
  auto channel = std::shared_ptr<::grpc::Channel>{};
  {
    auto api = make_bearer(real->sys, silent_source(real->sys, called));
    channel = server.channel(bearer::grpc::call_credentials(api));
    for (int i = 0; i < 100; ++i)
      waiting.emplace_back(channel);
    REQUIRE(wait_for_waiters(api, 100));
    api.stop();
  }
  CHECK(time_of([&] { real.reset(); }) < 1s);
  for (const auto& x : waiting)
    CHECK(is_stopped(x.status()));
  // The channel outlives the actor system.
  CHECK(is_stopped(call(channel)));
}

TEST_CASE("credentials of a bearer that was stopped before let it go",
          "[grpc][shutdown]") {
  auto real = std::make_unique<real_system>();
  rpc_server server;
  auto channel = std::shared_ptr<::grpc::Channel>{};
  {
    numbered_source source;
    auto api = make_bearer(real->sys, source.spawn(real->sys));
    api.stop();
    channel = server.channel(bearer::grpc::call_credentials(api));
  }
  CHECK(time_of([&] { real.reset(); }) < 1s);
  CHECK(is_stopped(call(channel)));
}

TEST_CASE("an actor system ends while a thread lives that made credentials",
          "[grpc][lifetime]") {
  signal made;
  signal release;
  signal ended;
  auto maker = std::thread{};
  auto owner = std::thread{[&] {
    {
      real_system real;
      numbered_source source;
      maker = std::thread{
        [&, api = make_bearer(real.sys, source.spawn(real.sys))]() mutable {
          (void)bearer::grpc::call_credentials(std::exchange(api, handle{}));
          made.set();
          release.wait();
        }};
      made.wait();
    }
    ended.set();
  }};
  CHECK(ended.wait());
  release.set();
  owner.join();
  maker.join();
}
