#include "support/thread_count.hpp"

#include "end_to_end/outcome.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <variant>
#include <vector>

using namespace bearer;
using namespace bearer::test;

TEST_CASE("a client authenticates by its secret in header or body",
          "[oauth2][end_to_end]") {
  auto setup = oauth_setup{};
  auto& known = setup.clients[0];
  // Without form-encoding, the header would not arrive as it was.
  known.id = "my client: 50% ü&";
  known.secret = "a:b+c d%20=/ü";
  for (const auto method : {client_method::basic, client_method::post}) {
    known.methods = {method};
    oauth_world it{setup};
    auto options = it.client();
    options.client_id = known.id;
    if (method == client_method::basic)
      options.authentication
        = oauth2::client_secret_basic{secret{known.secret}};
    else
      options.authentication = oauth2::client_secret_post{secret{known.secret}};
    CHECK(rights(it, options).client == known.id);
  }
}

TEST_CASE("a client that uses the other way is refused",
          "[oauth2][end_to_end]") {
  auto setup = with_canary();
  setup.clients[0].methods = {client_method::post};
  oauth_world it{setup};
  CHECK(refusal_code(it, it.client()) == "invalid_client");
}

TEST_CASE("a client authenticates by each kind of key and for each audience",
          "[oauth2][end_to_end]") {
  struct row {
    const char* name;
    oauth2::algorithm how;
    const char* curve;
  };
  using oauth2::algorithm;
  using setup_audience = oauth_setup::audience;
  using key_audience = oauth2::private_key_jwt::audience_kind;
  for (const auto& x : {row{"RS256", algorithm::rs256, nullptr},
                        row{"RS384", algorithm::rs384, nullptr},
                        row{"RS512", algorithm::rs512, nullptr},
                        row{"ES256", algorithm::es256, "P-256"},
                        row{"ES384", algorithm::es384, "P-384"},
                        row{"ES512", algorithm::es512, "P-521"}}) {
    CAPTURE(x.name);
    const auto own = x.curve != nullptr ? make_ec_key(x.curve) : nullptr;
    const auto& key = own ? own : rsa_key();
    for (const auto for_issuer : {false, true}) {
      auto setup = keyed(key, x.name);
      setup.clients[0].key.key_id = "key-7";
      setup.wanted_audience = for_issuer ? setup_audience::issuer
                                         : setup_audience::token_endpoint;
      oauth_world it{setup};
      auto signer = signing_with(key, x.how);
      signer.key_id = "key-7";
      auto options = keyed_client(it, signer);
      if (for_issuer) {
        std::get<oauth2::private_key_jwt>(options.authentication).audience
          = key_audience::issuer;
        options.issuer = it.server.issuer();
      }
      CHECK(rights(it, options).client == "client");
    }
  }
}

TEST_CASE(
  "a client's JWT for the wrong audience or by the wrong key is refused",
  "[oauth2][end_to_end]") {
  auto setup = keyed(rsa_key());
  setup.wanted_audience = oauth_setup::audience::issuer;
  {
    oauth_world it{setup};
    CHECK(refusal_code(it, keyed_client(it, signing_with(rsa_key())))
          == "invalid_client");
  }
  oauth_world it{keyed(rsa_key())};
  CHECK(refusal_code(it, keyed_client(it, signing_with(make_rsa_key())))
        == "invalid_client");
}

TEST_CASE("a thousand clients that sign at once take few threads",
          "[oauth2][end_to_end]") {
  constexpr auto count = std::size_t{1'000};
  const auto key = make_ec_key("P-256");
  oauth_world it{keyed(key, "ES256")};
  const auto before = thread_count();
  const auto most = watch_threads(it.server);
  const auto options
    = keyed_client(it, signing_with(key, oauth2::algorithm::es256));
  auto all = std::vector<handle>{};
  for (auto i = std::size_t{0}; i < count; ++i)
    all.push_back(it.spawn(options));
  for (const auto& x : all)
    x.prefetch();
  for (const auto& x : all)
    REQUIRE(x.fetch());
  // The server's own are among them, one for each connection.
  CHECK(most->count() < before + 200);
}

TEST_CASE(
  "bearers that share a client which signs keep each other from nothing",
  "[oauth2][end_to_end]") {
  const auto key = make_ec_key("P-256");
  oauth_world it{keyed(key, "ES256")};
  const auto source = must(oauth2_source(
    it.real.sys,
    keyed_client(it, signing_with(key, oauth2::algorithm::es256))));
  auto settings = quick();
  settings.owns_source = false;
  auto all = std::vector<handle>{};
  for (auto i = 0; i < 20; ++i)
    all.push_back(must(spawn(it.real.sys, source, settings)));
  for (const auto& x : all)
    x.prefetch();
  for (const auto& x : all) {
    CHECK(x.fetch());
    CHECK(x.status().failed_attempts == 0);
  }
}

TEST_CASE("a key that is replaced in its file is used from then on",
          "[oauth2][end_to_end]") {
  const auto fresh = make_ec_key("P-256");
  oauth_world it{keyed(fresh, "ES256")};
  auto folder = temp_folder{};
  auto key = oauth2::signing_key{};
  key.file = folder.write("key.pem", to_pem(make_ec_key("P-256")));
  key.algorithm = oauth2::algorithm::es256;
  const auto api = it.spawn(keyed_client(it, key), quick_unless_permanent());
  const auto err = error_of(api.fetch(once()));
  CHECK(refusal_of(err).value().error == "invalid_client");
  folder.write("key.pem", to_pem(fresh));
  CHECK(it.present(must(api.fetch(once()))) == 200);
  CHECK(it.token_requests() == 2);
}
