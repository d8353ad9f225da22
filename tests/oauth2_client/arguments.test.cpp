#include "oauth2_client/world.hpp"

using namespace bearer;
using namespace bearer::test;

// Nothing here comes as far as to a request.

namespace {

/// Whether the arguments are refused with this text, and without a word of
/// secrets.
bool is_refused(std::vector<std::string> arguments, const std::string& why) {
  const auto got = run_program(std::move(arguments));
  CAPTURE(got.out, got.err);
  CHECK(!shows(got.out));
  CHECK(!shows(got.err));
  CHECK(got.exit_status == 1);
  CHECK(got.out.empty());
  return got.err.starts_with("oauth2_client: " + why);
}

const auto secret_text = std::string{canary};

} // namespace

TEST_CASE("oauth2_client has a help that names all that matters",
          "[oauth2_client]") {
  const auto got = run_program({"--help"});
  CHECK(got.exit_status == 0);
  for (const auto* name : {"token-endpoint",
                           "issuer",
                           "client-id",
                           "client-secret",
                           "client-secret-file",
                           "private-key",
                           "kid",
                           "alg",
                           "auth-method",
                           "grant",
                           "refresh-token-file",
                           "scope",
                           "resource",
                           "audience",
                           "url",
                           "requests",
                           "concurrency",
                           "duration",
                           "max-retries",
                           "fetch-timeout"})
    CHECK(contains(got.out, "--" + std::string{name}));
}

TEST_CASE("oauth2_client names the option that it does not take",
          "[oauth2_client]") {
  CHECK(is_refused({"--client-secrt=" + secret_text}, "--client-secrt: "));
  CHECK(is_refused({"--client-secret"}, "--client-secret: lacks"));
  CHECK(is_refused({"--client-secret", "--url=x"}, "--client-secret: lacks"));
  CHECK(is_refused({"--kid=a", "--kid", "b"}, "--kid: given twice"));
  CHECK(is_refused({"--client-secret", secret_text, "--dump-config"},
                   "--dump-config: "));
  CHECK(is_refused({secret_text}, "arguments are options"));
  CHECK(is_refused({"--concurrency=0"}, "--concurrency: "));
  CHECK(is_refused({"--duration=-1s"}, "--duration: "));
  CHECK(is_refused({"--grant=magic"}, "--grant: "));
  CHECK(is_refused({"--auth-method=magic"}, "--auth-method: "));
  CHECK(is_refused({"--alg=none", "--private-key=x"}, "--alg: "));
  CHECK(run_program({"--duration=soon"}).shows("--duration=soon"));
  // A resource is taken as it is.
  CHECK(run_program({"--resource=urn:a urn:b", "--client-id=x",
                     "--token-endpoint=http://127.0.0.1:1/"})
          .shows("oauth2: resources: "));
  CHECK(run_program({"--initial-retry-timeout=0s", "--token-endpoint",
                     "http://127.0.0.1:1/", "--client-id=x"})
          .shows("initial_retry_timeout"));
}

TEST_CASE("oauth2_client wants options together that belong together",
          "[oauth2_client]") {
  const auto secret_and = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"--client-secret", secret_text});
    return more;
  };
  CHECK(
    is_refused(secret_and({"--client-secret-file=x"}), "--client-secret: "));
  CHECK(is_refused(secret_and({"--auth-method=none"}), "--client-secret: "));
  CHECK(is_refused(secret_and({"--private-key=x"}), "--private-key: "));
  CHECK(is_refused(secret_and({"--refresh-token-file=x"}),
                   "--refresh-token-file: "));
  CHECK(is_refused({"--auth-method=private_key_jwt"}, "--private-key: "));
  CHECK(is_refused({"--auth-method=basic"}, "--client-secret-file: "));
  CHECK(is_refused({"--grant=refresh_token"}, "--refresh-token-file: "));
  CHECK(is_refused({"--grant=refresh_token", "--refresh-token-file=/no/such"},
                   "--refresh-token-file: /no/such"));
  CHECK(is_refused({"--grant=password"}, "--username: "));
  CHECK(is_refused({"--client-secret-file=/no/such"},
                   "--client-secret-file: /no/such"));
  CHECK(is_refused({"--client-secret-file=/dev/null"},
                   "--client-secret-file: /dev/null is empty"));
  CHECK(is_refused({"--client-secret-file=/dev/zero"},
                   "--client-secret-file: /dev/zero is too long"));
}
