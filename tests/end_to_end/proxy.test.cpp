#include "support/test_ca.hpp"
#include "support/tunnel_proxy.hpp"

#include "end_to_end/sending.hpp"
#include "end_to_end/world.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace bearer;
using namespace bearer::test;

namespace {

/// A server and clients that trust it.
struct proxied_world {
  test_ca ca{};
  tunnel_proxy proxy;
  oauth_world it{with_canary(), ca.issue()};

  oauth2::options options(const std::string& proxy_url) const {
    auto result = it.client();
    result.connection.ca_file = ca.file();
    result.connection.proxy = proxy_url;
    return result;
  }

  http::request question(const std::string& proxy_url) const {
    auto result = http::get(it.server.resource());
    result.connection = options(proxy_url).connection;
    return result;
  }

  /// Whether all that the proxy heard were wishes for a tunnel to the server,
  /// at least one, and no secret.
  bool proxy_saw_tunnels_alone() const {
    const auto heard = proxy.heard();
    const auto line = "CONNECT " + it.server.issuer().substr(8) + " HTTP/1.1";
    return !heard.empty()
           && std::ranges::all_of(heard, [&](const std::string& x) {
                return x.starts_with(line) && !shows(x)
                       && !contains(x, std::string{token_book::access_prefix});
              });
  }
};

} // namespace

TEST_CASE("tokens and requests go through the tunnels of a proxy",
          "[oauth2][end_to_end]") {
  auto by = proxied_world{};
  const auto url = by.proxy.url();
  const auto api = by.it.spawn(by.options(url), quick_unless_permanent());
  for (auto i = 0; i < 3; ++i)
    REQUIRE(must(begin(by.it, api, by.question(url)).get()).status == 200);
  CHECK(by.it.token_requests() == 1);
  CHECK(by.it.server.counts().resource_ok == 3);
  CHECK(by.proxy_saw_tunnels_alone());
  // All of it over one.
  CHECK(by.proxy.heard().size() == 1);
  CHECK(by.it.server.connections() == 1);
}

TEST_CASE("a token that is refused through a proxy is replaced through it",
          "[oauth2][end_to_end][I4]") {
  auto by = proxied_world{};
  const auto url = by.proxy.url();
  const auto api = by.it.spawn(by.options(url), quick_unless_permanent());
  must(api.fetch());
  by.it.server.authority().book().revoke_all();
  CHECK(must(begin(by.it, api, by.question(url)).get()).status == 200);
  CHECK(by.it.server.counts().revoked_presented == 1);
  CHECK(by.it.token_requests() == 2);
  CHECK(by.proxy_saw_tunnels_alone());
}

TEST_CASE("a proxy hears who its user is, and the server does not",
          "[oauth2][end_to_end]") {
  auto by = proxied_world{};
  const auto api = by.it.spawn(by.options(by.proxy.url("user:open@")),
                               quick_unless_permanent());
  must(api.fetch(once()));
  const auto heard = by.proxy.heard();
  REQUIRE(heard.size() == 1);
  // That is user:open.
  CHECK(contains(heard[0], "\r\nProxy-Authorization: Basic dXNlcjpvcGVu\r\n"));
  CHECK(!shows(heard[0]));
  CHECK(by.it.token_requests() == 1);
}

TEST_CASE("the proxy of the environment leads to tokens, too",
          "[oauth2][end_to_end]") {
  auto by = proxied_world{};
  by.it.environment.https_proxy.set(by.proxy.url().c_str());
  must(by.it.spawn(by.options({}), quick_unless_permanent()).fetch(once()));
  CHECK(by.it.token_requests() == 1);
  CHECK(by.proxy_saw_tunnels_alone());
  const auto tunnels = by.proxy.heard().size();
  by.it.environment.no_proxy.set("127.0.0.1");
  must(by.it.spawn(by.options({}), quick_unless_permanent()).fetch(once()));
  CHECK(by.it.token_requests() == 2);
  CHECK(by.proxy.heard().size() == tunnels);
}

TEST_CASE("a proxy that leads nowhere is an outage like others",
          "[oauth2][end_to_end]") {
  auto by = proxied_world{};
  const auto password = std::string{canary};
  const auto api
    = by.it.spawn(by.options(by.proxy.url("user:" + password + "@")));
  by.it.server.refuse_connections();
  const auto err = error_of(api.fetch(once()));
  CHECK(err == errc::connection_failed);
  CHECK(!is_permanent(err));
  CHECK(is_presentable(err, by.it.server.token_endpoint()));
  by.it.server.accept_connections();
  must(api.fetch());
  CHECK(by.it.token_requests() == 1);
  CHECK(by.proxy.heard().size() >= 2);
}
