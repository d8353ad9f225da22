#include <bearer/oauth2/service_account.hpp>

#include "support/temp_folder.hpp"

#include "end_to_end/notebook.hpp"
#include "end_to_end/outcome.hpp"

#include <string>
#include <string_view>

using namespace bearer;
using namespace bearer::test;

namespace {

constexpr auto account = std::string_view{"robot@project.example"};

/// A server that knows the account by this key, and takes nothing that is meant
/// for others.
oauth_setup trusting(const key_ptr& key, const std::string& key_id) {
  auto result = oauth_setup{};
  result.trusted_issuers[std::string{account}] = {to_public_pem(key), "RS256",
                                                  key_id};
  result.wanted_audience = oauth_setup::audience::token_endpoint;
  return result;
}

/// A server, and the file that its owner hands out.
struct account_world : oauth_world {
  explicit account_world(const oauth_setup& setup) : oauth_world(setup) {
    server.on_token_request = heard.writer();
  }

  /// With all that is in such files in real life.
  void hand_out(const key_ptr& key, const std::string& key_id) {
    folder.write("account.json",
                 json_object{}
                   .add("type", "service_account")
                   .add("project_id", "project")
                   .add("private_key_id", key_id)
                   .add("private_key", to_pem(key))
                   .add("client_email", account)
                   .add("client_id", "104710471047104710471")
                   .add("auth_uri", "https://accounts.example/o/oauth2/auth")
                   .add("token_uri", server.token_endpoint())
                   .add("universe_domain", "example")
                   .text());
  }

  oauth2::options read() const {
    return must(oauth2::read_service_account(folder.path("account.json"),
                                             {"storage.read", "queue"}));
  }

  /// What was signed for the latest request.
  decoded_jwt assertion() const {
    return decode_jwt(form_value(heard.all().back().body, "assertion"));
  }

  temp_folder folder;
  notebook heard;
};

} // namespace

TEST_CASE("a service account's file is all that it takes to get tokens",
          "[oauth2][end_to_end]") {
  auto it = account_world{trusting(rsa_key(), "key-1")};
  it.hand_out(rsa_key(), "key-1");
  const auto got = rights(it, it.read());
  CHECK(got.subject == account);
  CHECK(got.client.empty());
  REQUIRE(it.heard.all().size() == 2);
  for (const auto& what : it.heard.all()) {
    CHECK(form_value(what.body, "grant_type")
          == "urn:ietf:params:oauth:grant-type:jwt-bearer");
    CHECK(field_value(what, "Authorization").empty());
    const auto jwt = form_value(what.body, "assertion");
    const auto parts = decode_jwt(jwt);
    CHECK(verifies(parts, rsa_key(), "SHA256"));
    CHECK(contains(parts.header, R"("kid":"key-1")"));
    CHECK(contains(parts.claims, R"("scope":"storage.read queue")"));
    const auto claims = read_claims(jwt);
    CHECK(claims.issuer == account);
    CHECK(claims.subject == account);
    CHECK(claims.audience == std::vector{it.server.token_endpoint()});
  }
}

TEST_CASE("a service account's file that is replaced is what is read next",
          "[oauth2][end_to_end]") {
  const auto old_key = make_rsa_key();
  auto it = account_world{trusting(rsa_key(), "new")};
  it.hand_out(old_key, "old");
  const auto before = it.source(it.read());
  CHECK(refusal_of(error_of(ask(it.real.sys, before))).value().error
        == "invalid_grant");
  CHECK(verifies(it.assertion(), old_key, "SHA256"));
  it.hand_out(rsa_key(), "new");
  const auto after = it.source(it.read());
  CHECK(it.present(must(ask(it.real.sys, after))) == 200);
  CHECK(verifies(it.assertion(), rsa_key(), "SHA256"));
  CHECK(contains(it.assertion().header, R"("kid":"new")"));
  // What was read before stays what it was.
  CHECK(error_of(ask(it.real.sys, before)));
  CHECK(verifies(it.assertion(), old_key, "SHA256"));
  CHECK(it.token_requests() == 3);
}
