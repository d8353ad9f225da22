#include "support/test_ca.hpp"

#include "end_to_end/world.hpp"

using namespace bearer;
using namespace bearer::test;

namespace {

/// A client that trusts the authority, and finds all by the issuer.
oauth2::options trusting(const oauth_world& it, const test_ca& ca) {
  auto result = it.client();
  result.token_endpoint.clear();
  result.issuer = it.server.issuer();
  result.connection.ca_file = ca.file();
  return result;
}

/// The error of a server that must not hear a word.
std::string refused(oauth_world& it, oauth2::options options) {
  const auto with_endpoint = [&] {
    options.token_endpoint = it.server.token_endpoint();
    options.issuer.clear();
  };
  auto text = std::string{};
  for (auto i = 0; i < 2; ++i) {
    const auto api = it.spawn(options, quick_unless_permanent());
    const auto err = error_of(api.fetch(once()));
    CHECK(err == errc::connection_failed);
    CHECK(!is_permanent(err));
    CHECK(is_presentable(err, it.server.issuer()));
    text = caf::to_string(err);
    with_endpoint();
  }
  CHECK(it.server.counts().metadata_requests == 0);
  CHECK(it.token_requests() == 0);
  return text;
}

} // namespace

TEST_CASE("tokens come over TLS from a server that is who it says",
          "[oauth2][end_to_end]") {
  test_ca ca;
  oauth_world it{with_canary(), ca.issue()};
  REQUIRE(it.server.issuer().starts_with("https://"));
  const auto api = it.spawn(trusting(it, ca), quick_unless_permanent());
  for (auto i = 0; i < 3; ++i) {
    auto another = once();
    another.renew_required = true;
    const auto token = must(api.fetch(another));
    CHECK(it.server.authority().book().state_of(
            std::string{token.access_token.view()}, caf::make_timestamp())
          == token_state::good);
  }
  CHECK(it.token_requests() == 3);
  CHECK(it.server.connections() == 1);
}

TEST_CASE("a server whose certificate has expired gets no secret",
          "[oauth2][end_to_end]") {
  test_ca ca;
  oauth_world it{with_canary(), ca.issue({.expired = true})};
  CHECK(contains(refused(it, trusting(it, ca)), "expired"));
}

TEST_CASE("a server that has another's certificate gets no secret",
          "[oauth2][end_to_end]") {
  test_ca ca;
  oauth_world it{with_canary(), ca.issue({.names = "DNS:other.test"})};
  CHECK(contains(refused(it, trusting(it, ca)), "subject name"));
}

TEST_CASE("a server that nobody vouches for gets no secret",
          "[oauth2][end_to_end]") {
  test_ca ca;
  test_ca other{"another test CA"};
  oauth_world it{with_canary(), ca.issue()};
  CHECK(contains(refused(it, trusting(it, other)), "issuer"));
  auto options = trusting(it, ca);
  options.connection.ca_file.clear();
  CHECK(contains(refused(it, options), "issuer"));
}

TEST_CASE("faults over TLS are faults like others", "[oauth2][end_to_end]") {
  test_ca ca;
  oauth_world it{with_canary(), ca.issue()};
  using namespace manners;
  it.server.tokens.next({resetting, resetting_in_the_body, saying(503, ""),
                         saying(200, "garbage")});
  auto options = trusting(it, ca);
  const auto api = it.spawn(options);
  CHECK(api.fetch());
  CHECK(it.token_requests() == 5);
  CHECK(api.status().failed_attempts == 4);
}
