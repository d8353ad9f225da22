#include <bearer/error.hpp>
#include <bearer/grpc/credentials.hpp>
#include <bearer/grpc/error.hpp>
#include <bearer/with_token.hpp>

#include "support/rpc_scene.hpp"
#include "support/rpc_server.hpp"

#include <caf/event_based_actor.hpp>

#include <catch2/catch_test_macros.hpp>
#include <grpcpp/generic/generic_stub.h>

#include <memory>
#include <string>
#include <vector>

using namespace bearer;
using namespace bearer::test;

namespace {

using texts = std::vector<std::string>;

/// Refuses the first token in this way.
rpc_server::judge refuse_first(::grpc::StatusCode code) {
  return [code](const std::string& value) {
    return value == "Bearer token-1" ? ::grpc::Status{code, "not this one"}
                                     : ::grpc::Status::OK;
  };
}

/// A request of this thread.
caf::expected<caf::unit_t>
echo(const handle& api, const std::shared_ptr<::grpc::Channel>& channel) {
  return with_token(
    api,
    [&](const token& tok, caf::timespan budget) -> caf::expected<caf::unit_t> {
      const auto how = call(channel, [&](::grpc::ClientContext& context) {
        bearer::grpc::authorize(context, tok, budget);
      });
      if (!how.ok())
        return bearer::grpc::error_of(how, "Echo", tok.access_token);
      return caf::unit;
    });
}

/// What a call needs until its end.
struct pending_call {
  ::grpc::ClientContext context;
  ::grpc::Slice text{"hello"};
  ::grpc::ByteBuffer request{&text, 1};
  ::grpc::ByteBuffer response;
};

/// Starts a call whose end completes an attempt.
void start_echo(const std::shared_ptr<::grpc::Channel>& channel,
                const token& tok, caf::timespan budget,
                const completion<void>& done) {
  auto what = std::make_shared<pending_call>();
  bearer::grpc::authorize(what->context, tok, budget);
  ::grpc::GenericStub{channel}.UnaryCall(
    &what->context, "/test.Service/Echo", {}, &what->request, &what->response,
    [what, done](const ::grpc::Status& how) {
      if (auto err = bearer::grpc::error_of(how, "Echo"))
        done(err);
      else
        done();
    });
}

} // namespace

TEST_CASE("a refused token is rejected and the call repeated with the new one",
          "[grpc][with_token]") {
  real_system real;
  numbered_source source;
  rpc_server server{refuse_first(::grpc::StatusCode::UNAUTHENTICATED)};
  auto api = make_bearer(real.sys, source.spawn(real.sys));
  CHECK(echo(api, server.channel()));
  CHECK(server.heard() == texts{"Bearer token-1", "Bearer token-2"});
  CHECK(echo(api, server.channel()));
  CHECK(server.heard().back() == "Bearer token-2");
  CHECK(source.calls() == 2);
}

TEST_CASE("an actor's call is repeated as well, without blocking it",
          "[grpc][with_token]") {
  real_system real;
  numbered_source source;
  rpc_server server{refuse_first(::grpc::StatusCode::UNAUTHENTICATED)};
  auto api = make_bearer(real.sys, source.spawn(real.sys));
  signal well;
  // Kept: gRPC's own thread must not be the last to let go of a channel.
  static const auto channel = server.channel();
  real.sys.spawn([api, well](caf::event_based_actor* self) {
    with_token<void>(self, api,
                     [](const token& tok, caf::timespan budget,
                        const completion<void>& done) {
                       start_echo(channel, tok, budget, done);
                     })
      .then([well]() mutable { well.set(); }, [](const caf::error&) {});
  });
  CHECK(well.wait());
  CHECK(server.heard() == texts{"Bearer token-1", "Bearer token-2"});
}

TEST_CASE("a call is refused no more often than tries are allowed",
          "[grpc][with_token]") {
  real_system real;
  numbered_source source;
  rpc_server server{[](const std::string&) {
    return ::grpc::Status{::grpc::StatusCode::UNAUTHENTICATED, "none at all"};
  }};
  auto api = make_bearer(real.sys, source.spawn(real.sys));
  const auto outcome = echo(api, server.channel());
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error() == errc::token_refused);
  CHECK(server.heard() == texts{"Bearer token-1", "Bearer token-2"});
}

TEST_CASE("a call that failed in another way is not repeated",
          "[grpc][with_token]") {
  for (auto code : {::grpc::StatusCode::UNAVAILABLE,
                    ::grpc::StatusCode::PERMISSION_DENIED}) {
    real_system real;
    numbered_source source;
    rpc_server server{refuse_first(code)};
    auto api = make_bearer(real.sys, source.spawn(real.sys));
    CHECK_FALSE(echo(api, server.channel()));
    CHECK(server.heard() == texts{"Bearer token-1"});
    CHECK(api.fetch()->generation.count == 1);
  }
}
