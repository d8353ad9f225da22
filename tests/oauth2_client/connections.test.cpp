#include "support/test_ca.hpp"
#include "support/tunnel_proxy.hpp"

#include "oauth2_client/world.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace bearer;
using namespace bearer::test;

// How the program reaches servers, that of tokens and that of the URL alike.

namespace {

struct tls_world {
  test_ca ca;
  tls_files client = ca.issue();
  client_world it;

  /// @param mutual Whether the server wants to see a certificate.
  explicit tls_world(bool mutual) : it(one_client(), server_files(mutual)) {
    // nop
  }

  tls_files server_files(bool mutual) {
    auto result = ca.issue();
    if (mutual)
      result.client_ca = ca.file();
    return result;
  }

  /// The end of a run with these options that brings nothing.
  std::string failure(std::vector<std::string> more) const {
    more.insert(more.end(), {"--fetch-timeout=2s"});
    const auto got = it.run_with_secret(std::move(more));
    CAPTURE(got.out, got.err);
    CHECK(got.exit_status == 1);
    CHECK(got["failed"] == 1);
    CHECK(!shows(got.out));
    CHECK(!shows(got.err));
    CHECK(it.server.counts().token_requests == 0);
    return got.err;
  }
};

} // namespace

TEST_CASE("oauth2_client trusts the authorities of a file",
          "[oauth2][oauth2_client]") {
  auto by = tls_world{false};
  CHECK(contains(by.failure({}), "issuer"));
  CHECK(went_well(by.it.run_with_secret({"--ca-file", by.ca.file()}), 1));
}

TEST_CASE("oauth2_client shows its certificate to servers that want one",
          "[oauth2][oauth2_client]") {
  auto by = tls_world{true};
  by.failure({"--ca-file", by.ca.file()});
  const auto got = by.it.run_with_secret(
    {"--ca-file", by.ca.file(), "--certificate-file", by.client.certificate,
     "--key-file", by.client.key});
  CHECK(went_well(got, 1));
  CHECK(by.it.server.counts().resource_ok == 1);
}

TEST_CASE("oauth2_client goes through a proxy", "[oauth2][oauth2_client]") {
  auto by = tls_world{false};
  auto proxy = tunnel_proxy{};
  const auto more = std::vector<std::string>{"--ca-file", by.ca.file()};
  auto named = more;
  named.insert(named.end(), {"--proxy", proxy.url()});
  CHECK(went_well(by.it.run_with_secret(named), 1));
  CHECK(proxy.heard().size() == 1);
  // The same from the environment.
  by.it.environment.https_proxy.set(proxy.url("user:open@").c_str());
  CHECK(went_well(by.it.run_with_secret(more), 1));
  REQUIRE(proxy.heard().size() == 2);
  CHECK(contains(proxy.heard()[1], "\r\nProxy-Authorization: Basic "));
  CHECK(by.it.server.counts().resource_ok == 2);
}
