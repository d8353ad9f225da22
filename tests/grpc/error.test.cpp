#include <bearer/error.hpp>
#include <bearer/grpc/error.hpp>
#include <bearer/retry.hpp>

#include "support/canary.hpp"
#include "support/real_time.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace bearer;
using namespace bearer::test;
using bearer::grpc::error_of;

namespace {

caf::error error_with(::grpc::StatusCode code, const std::string& message) {
  return bearer::grpc::error_of(::grpc::Status{code, message},
                                "/api.Users/Get");
}

} // namespace

TEST_CASE("a call that ended well is no error", "[grpc]") {
  CHECK_FALSE(error_of(::grpc::Status::OK, "/api.Users/Get"));
}

TEST_CASE("UNAUTHENTICATED is a refused token", "[grpc]") {
  const auto err = error_with(::grpc::StatusCode::UNAUTHENTICATED,
                              "token expired");
  CHECK(err == errc::token_refused);
  CHECK(default_retry_verdict(err) == retry_verdict::refused);
  CHECK(refusal_of(err)
        == refusal{"/api.Users/Get", 16, "UNAUTHENTICATED", "token expired"});
}

TEST_CASE("what gRPC itself says of an unfit channel refuses no token",
          "[grpc]") {
  for (const auto* text :
       {"Established channel does not have a sufficient security level to "
        "transfer call credential.",
        "Incompatible credentials set on channel and call.",
        "Call host does not match SSL server name",
        "Getting metadata from plugin failed with error: no token"}) {
    const auto err = error_with(::grpc::StatusCode::UNAUTHENTICATED, text);
    CHECK(err == errc::invalid_setting);
    CHECK(default_retry_verdict(err) == retry_verdict::no);
    CHECK(contains(to_string(err), "/api.Users/Get"));
  }
}

TEST_CASE("calls that the server may have heard are not repeated", "[grpc]") {
  for (auto code :
       {::grpc::StatusCode::CANCELLED, ::grpc::StatusCode::DEADLINE_EXCEEDED,
        ::grpc::StatusCode::UNAVAILABLE}) {
    const auto err = error_with(code, "Socket closed");
    CHECK(err == errc::answer_lost);
    CHECK(default_retry_verdict(err) == retry_verdict::no);
    CHECK(contains(to_string(err), "/api.Users/Get"));
    CHECK(contains(to_string(err), "Socket closed"));
  }
  CHECK(contains(to_string(error_with(::grpc::StatusCode::UNAVAILABLE, "")),
                 "UNAVAILABLE"));
}

TEST_CASE("other statuses are the server's last word", "[grpc]") {
  for (int code = 1; code <= 15; ++code) {
    if (code == 1 || code == 4 || code == 14)
      continue;
    CAPTURE(code);
    const auto err = error_with(static_cast<::grpc::StatusCode>(code), "no");
    CHECK(err == errc::server_refused);
    CHECK(default_retry_verdict(err) == retry_verdict::no);
    REQUIRE(refusal_of(err));
    CHECK(refusal_of(err)->status == code);
    CHECK(refusal_of(err)->description == "no");
  }
  CHECK(refusal_of(error_with(::grpc::StatusCode::PERMISSION_DENIED, ""))->error
        == "PERMISSION_DENIED");
}

TEST_CASE("a server's message is cut, cleaned and free of the token",
          "[grpc][I19]") {
  const auto message = std::string{"bad\ntoken \x01 abc-de "}
                       + std::string{canary} + std::string(10'000, ' ')
                       + std::string(1'000, 'x');
  const auto err
    = error_of(::grpc::Status{::grpc::StatusCode::UNAUTHENTICATED, message},
               "/api.Users/Get", secret{"abc-de"});
  CHECK(refusal_of(err)->description == "bad token ? <redacted> <redacted>");
  const auto flood = error_with(::grpc::StatusCode::INTERNAL,
                                std::string(100'000, '#'));
  CHECK(refusal_of(flood)->description.size() <= 256);
  CHECK_FALSE(shows(to_string(err)));
}
