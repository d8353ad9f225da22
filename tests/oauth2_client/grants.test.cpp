#include "oauth2_client/world.hpp"
#include <catch2/generators/catch_generators.hpp>

#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

using namespace bearer;
using namespace bearer::test;

// Every way to a token, from the command line on.

namespace {

std::string content_of(const std::string& path) {
  auto in = std::ifstream{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// A client that signs, and an issuer of the same key.
struct signing_fixture {
  key_ptr key = make_ec_key("P-256");
  temp_folder folder;
  std::string file = folder.write("key.pem", to_pem(key));

  oauth_setup setup() const {
    auto result = one_client();
    auto& client = result.clients[0];
    client.methods = {client_method::private_key_jwt};
    client.key = {to_public_pem(key), "ES256", "key-1"};
    result.trusted_issuers["idp"] = client.key;
    return result;
  }

  std::vector<std::string> key_options() const {
    return {"--private-key", file, "--kid=key-1", "--alg=ES256"};
  }
};

} // namespace

TEST_CASE("oauth2_client makes requests with its client's secret",
          "[oauth2][oauth2_client]") {
  const auto method = GENERATE("basic", "post");
  const auto it = client_world{};
  const auto got = it.run_with_secret(
    {"--auth-method", method, "--requests=20", "--concurrency", "4"});
  CHECK(went_well(got, 20));
  CHECK(got["source_calls"] == 1);
  CHECK(got["failed_attempts"] == 0);
  CHECK(got["expired_served"] == 0);
  CHECK(got["retried"] == 0);
  CHECK(got["lost"] == 0);
  CHECK(got.fraction("fetch_p50_us") > 0);
  CHECK(got.fraction("fetch_p99_us") >= got.fraction("fetch_p50_us"));
  CHECK(it.server.counts().token_requests == 1);
  CHECK(it.server.counts().resource_ok == 20);
}

TEST_CASE("oauth2_client takes the secret from wherever it is",
          "[oauth2][oauth2_client]") {
  const auto it = client_world{};
  CHECK(went_well(it.run({"--client-secret", std::string{canary}}), 1));
  const auto variable = scoped_variable{"OAUTH2_CLIENT_SECRET",
                                        std::string{canary}.c_str()};
  CHECK(went_well(it.run({}), 1));
}

TEST_CASE("oauth2_client takes no option from the environment",
          "[oauth2][oauth2_client]") {
  // Which has these for other purposes.
  const auto name = scoped_variable{"USERNAME", "jane"};
  const auto url = scoped_variable{"URL", "https://elsewhere.example/"};
  const auto scope = scoped_variable{"SCOPE", "a\"b"};
  const auto proxy = scoped_variable{"PROXY", "http://proxy.invalid/"};
  const auto it = client_world{};
  CHECK(went_well(it.run_with_secret({}), 1));
  CHECK(it.server.counts().resource_ok == 1);
}

TEST_CASE("oauth2_client asks an issuer where tokens are",
          "[oauth2][oauth2_client]") {
  const auto it = client_world{};
  const auto got = run_program(
    {"--issuer", it.server.issuer(), "--client-id=client", "--client-secret",
     std::string{canary}, "--url", it.server.resource()});
  CHECK(went_well(got, 1));
  CHECK(it.server.counts().metadata_requests == 1);
}

TEST_CASE("oauth2_client signs its JWTs", "[oauth2][oauth2_client]") {
  const auto by = signing_fixture{};
  const auto it = client_world{by.setup()};
  CHECK(went_well(it.run(by.key_options()), 1));
  CHECK(it.server.counts().tokens_issued == 1);
}

TEST_CASE("oauth2_client signs JWTs for the issuer",
          "[oauth2][oauth2_client]") {
  const auto by = signing_fixture{};
  auto setup = by.setup();
  setup.wanted_audience = oauth_setup::audience::issuer;
  const auto it = client_world{setup};
  auto more = by.key_options();
  more.insert(more.end(),
              {"--auth-method=private_key_jwt", "--jwt-audience=issuer",
               "--issuer", it.server.issuer()});
  CHECK(went_well(it.run(more), 1));
}

TEST_CASE("oauth2_client trades assertions that it signs",
          "[oauth2][oauth2_client]") {
  const auto grant = GENERATE("jwt_bearer", "token_exchange");
  const auto by = signing_fixture{};
  const auto it = client_world{by.setup()};
  auto more = by.key_options();
  more.insert(more.end(),
              {"--grant", grant, "--auth-method=private_key_jwt",
               "--assertion-issuer=idp", "--assertion-subject=user"});
  CHECK(went_well(it.run(more), 1));
}

TEST_CASE("oauth2_client exchanges the token in a file",
          "[oauth2][oauth2_client]") {
  auto it = client_world{};
  const auto token
    = it.server.authority().book().issue({}, caf::make_timestamp() + patience);
  const auto got = it.run_with_secret(
    {"--grant=token_exchange", "--assertion-file",
     it.folder.write("token", token),
     "--subject-token-type=urn:ietf:params:oauth:token-type:access_token"});
  CHECK(went_well(got, 1));
}

TEST_CASE("oauth2_client sends a user's password", "[oauth2][oauth2_client]") {
  auto setup = one_client();
  setup.users["jane"] = "open-sesame";
  const auto it = client_world{setup};
  const auto by_file = it.run_with_secret(
    {"--grant=password", "--username=jane", "--password-file",
     it.folder.write("password", "open-sesame\n")});
  CHECK(went_well(by_file, 1));
  CHECK(!by_file.shows("open-sesame"));
  const auto variable = scoped_variable{"OAUTH2_PASSWORD", "open-sesame"};
  CHECK(
    went_well(it.run_with_secret({"--grant=password", "--username=jane"}), 1));
}

TEST_CASE("oauth2_client writes each new refresh token where the old one was",
          "[oauth2][oauth2_client]") {
  namespace fs = std::filesystem;
  auto it = client_world{};
  const auto first = it.server.authority().log_in("client");
  const auto file = it.folder.write("refresh", first + '\n');
  fs::permissions(file, fs::perms::all);
  const auto link = it.folder.path("link");
  fs::create_symlink(file, link);
  const auto more = std::vector<std::string>{"--grant=refresh_token",
                                             "--refresh-token-file", link};
  CHECK(went_well(it.run_with_secret(more), 1));
  const auto second = content_of(file);
  CHECK(second.starts_with("refresh-"));
  CHECK(second != first + '\n');
  CHECK(fs::is_symlink(link));
  CHECK(fs::status(file).permissions()
        == (fs::perms::owner_read | fs::perms::owner_write));
  // The server ends the family of one that is shown twice.
  CHECK(went_well(it.run_with_secret(more), 1));
  CHECK(content_of(file) != second);
  // Nothing but these, the secret and the link.
  CHECK(std::distance(fs::directory_iterator{it.folder.path()}, {}) == 3);
}

TEST_CASE("oauth2_client asks for scopes, resources and an audience",
          "[oauth2][oauth2_client]") {
  auto it = client_world{};
  auto answer = std::promise<std::string>{};
  it.server.tokens.next({[&](connection& to, const deed& act) {
    auto what = act();
    answer.set_value(what.body);
    manners::saying(std::move(what))(to, act);
  }});
  REQUIRE(
    went_well(it.run_with_secret({"--scope", "read write", "--audience=api",
                                  "--resource", "https://one.example/",
                                  "--scope=admin", "--resource=urn:[2,3]"}),
              1));
  const auto body = answer.get_future().get();
  const auto start = body.find(token_book::access_prefix);
  REQUIRE(start != std::string::npos);
  const auto token = body.substr(start, body.find('"', start) - start);
  const auto got = it.server.authority().book().rights_of(token).value();
  CHECK(got.scope == "read write admin");
  CHECK(got.audience == std::vector<std::string>{"api"});
  CHECK(got.resources
        == std::vector<std::string>{"https://one.example/", "urn:[2,3]"});
}
