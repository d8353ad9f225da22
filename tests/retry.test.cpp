#include <bearer/error.hpp>
#include <bearer/retry.hpp>

#include <caf/sec.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace bearer;

TEST_CASE("stopped, permanent and caller's errors are not worth a retry",
          "[I12]") {
  for (auto code : {errc::stopped, errc::invalid_option,
                    errc::unknown_generation, errc::permanent_failure,
                    errc::source_stopped, errc::static_token_rejected})
    CHECK(default_retry_verdict(caf::make_error(code)) == retry_verdict::no);
  CHECK(default_retry_verdict(make_permanent(caf::make_error(errc::busy)))
        == retry_verdict::no);
}

TEST_CASE("other errors of the library are worth a retry with the same token") {
  for (auto code :
       {errc::timed_out, errc::unchanged, errc::attempt_timed_out,
        errc::source_down, errc::source_failed, errc::busy, errc::expired_token,
        errc::rejected_token, errc::transient_failure})
    CHECK(default_retry_verdict(caf::make_error(code)) == retry_verdict::retry);
}

TEST_CASE("a server's last word and a request it may have heard are no reason "
          "to send another") {
  for (auto code :
       {errc::server_refused, errc::unusable_response, errc::answer_lost})
    CHECK(default_retry_verdict(caf::make_error(code)) == retry_verdict::no);
}

TEST_CASE("a refused token is refused", "[I4]") {
  const auto err = caf::make_error(errc::token_refused,
                                   refusal{"https://api", 401});
  CHECK(default_retry_verdict(err) == retry_verdict::refused);
}

TEST_CASE("errors of others mean that the server refused the token", "[I4]") {
  CHECK(default_retry_verdict(caf::make_error(caf::sec::runtime_error, "401"))
        == retry_verdict::refused);
}

TEST_CASE("an empty error says nothing against the token") {
  CHECK(default_retry_verdict({}) != retry_verdict::refused);
}
