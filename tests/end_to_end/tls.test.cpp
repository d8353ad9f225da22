#include "support/test_ca.hpp"

#include "end_to_end/sending.hpp"
#include "end_to_end/world.hpp"
#include <catch2/generators/catch_generators.hpp>

#include <fstream>
#include <iterator>
#include <string>

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

// -- clients that have a certificate
// -------------------------------------------

namespace {

/// A server that wants to see a certificate of the authority.
struct mutual_world {
  test_ca ca{};
  tls_files client = ca.issue();
  oauth_world it{with_canary(), server_files()};

  tls_files server_files() {
    auto result = ca.issue();
    result.client_ca = ca.file();
    return result;
  }

  http::connection_options connection(const tls_files& whose) const {
    auto result = http::connection_options{};
    result.ca_file = ca.file();
    result.certificate_file = whose.certificate;
    result.key_file = whose.key;
    return result;
  }

  oauth2::options options(const tls_files& whose) const {
    auto result = it.client();
    result.connection = connection(whose);
    return result;
  }

  http::request question(const tls_files& whose) const {
    auto result = http::get(it.server.resource());
    result.connection = connection(whose);
    return result;
  }
};

} // namespace

TEST_CASE("a client with a certificate gets tokens and what they are for",
          "[oauth2][end_to_end]") {
  auto by = mutual_world{};
  auto options = by.options(by.client);
  const auto discovers = GENERATE(false, true);
  if (discovers) {
    options.token_endpoint.clear();
    options.issuer = by.it.server.issuer();
  }
  const auto api = by.it.spawn(options, quick_unless_permanent());
  CHECK(must(begin(by.it, api, by.question(by.client)).get()).status == 200);
  const auto counts = by.it.server.counts();
  CHECK(counts.metadata_requests == (discovers ? 1 : 0));
  CHECK(counts.token_requests == 1);
  CHECK(counts.resource_ok == 1);
}

TEST_CASE("a client without the right certificate is not heard",
          "[oauth2][end_to_end]") {
  auto by = mutual_world{};
  auto other_ca = test_ca{"another test CA"};
  const auto api = by.it.spawn(by.options(by.client), quick_unless_permanent());
  must(api.fetch(once()));
  for (const auto& whose : {tls_files{}, other_ca.issue()}) {
    const auto lesser = by.it.spawn(by.options(whose),
                                    quick_unless_permanent());
    const auto err = error_of(lesser.fetch(once()));
    // TLS 1.3 lets a client send before the server has judged its certificate.
    CHECK((err == errc::connection_failed || err == errc::answer_lost));
    CHECK(!is_permanent(err));
    CHECK(is_presentable(err, by.it.server.token_endpoint()));
    // A token does not help.
    const auto got = begin(by.it, api, by.question(whose)).get();
    CHECK((error_of(got) == errc::connection_failed
           || error_of(got) == errc::answer_lost));
  }
  CHECK(by.it.token_requests() == 1);
  CHECK(by.it.server.counts().resource_requests == 0);
}

TEST_CASE("a certificate that is renewed in its file is used from then on",
          "[oauth2][end_to_end]") {
  auto by = mutual_world{};
  auto other_ca = test_ca{"another test CA"};
  auto folder = temp_folder{};
  const auto content_of = [](const std::string& path) {
    auto in = std::ifstream{path, std::ios::binary};
    return std::string{std::istreambuf_iterator<char>{in}, {}};
  };
  const auto put = [&](const tls_files& x) {
    return tls_files{folder.write("certificate", content_of(x.certificate)),
                     folder.write("key", content_of(x.key)),
                     {}};
  };
  const auto api = by.it.spawn(by.options(put(other_ca.issue())));
  REQUIRE(error_of(api.fetch(once())));
  put(by.client);
  CHECK(must(api.fetch()).generation.count == 1);
  CHECK(by.it.token_requests() == 1);
}
