#pragma once

#include <bearer/bearer.hpp>
#include <bearer/error.hpp>
#include <bearer/source/oauth2_source.hpp>

#include "support/canary.hpp"
#include "support/http_client.hpp"
#include "support/oauth/oauth_server.hpp"
#include "support/real_time.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

/// Bearers over OAuth 2.0 sources, against a server that checks and counts.
namespace bearer::test {

/// The value that must be there.
template <class T>
T must(caf::expected<T> x) {
  if (!x)
    throw std::runtime_error(caf::to_string(x.error()));
  return std::move(*x);
}

/// Retries soon, so that tests need not wait.
inline renewal_settings quick() {
  auto result = renewal_settings{};
  result.initial_retry_timeout = std::chrono::milliseconds{5};
  result.max_retry_timeout = std::chrono::milliseconds{20};
  result.fetch_timeout = patience;
  result.refresh_request_timeout = patience;
  return result;
}

/// As above, but after a permanent failure only if somebody insists.
inline renewal_settings quick_unless_permanent() {
  auto result = quick();
  result.retry_timeout_exponent = 1;
  result.max_retry_timeout = std::chrono::hours{1};
  return result;
}

/// The limit of an attempt whose end is waited for: long enough for a request
/// to arrive on a busy machine.
constexpr auto short_limit = std::chrono::milliseconds{700};

/// Wants the outcome of one attempt.
inline fetch_options once() {
  auto result = fetch_options{};
  result.renew_synchronous = true;
  return result;
}

/// The only client of a server, with a secret that is easily found again.
inline oauth_setup with_canary() {
  auto result = oauth_setup{};
  result.clients[0].secret = canary;
  return result;
}

/// A server and an actor system whose bearers ask it.
struct oauth_world {
  explicit oauth_world(oauth_setup setup = with_canary(),
                       const std::optional<tls_files>& tls = {})
    : server(std::move(setup), tls) {
    // nop
  }

  /// As the server knows its client.
  oauth2::options client() const {
    auto result = oauth2::options{};
    result.token_endpoint = server.token_endpoint();
    result.client_id = "client";
    result.authentication = oauth2::client_secret_basic{secret{canary}};
    result.connection = connection;
    return result;
  }

  any_source source(oauth2::options options) {
    return must(oauth2_source(real.sys, std::move(options)));
  }

  handle spawn(oauth2::options options,
               const renewal_settings& settings = quick(),
               spawn_options more = {}) {
    return must(bearer::spawn(real.sys, source(std::move(options)), settings,
                              std::move(more)));
  }

  handle spawn(const renewal_settings& settings = quick()) {
    return spawn(client(), settings);
  }

  /// Shows a token to the resource.
  /// @returns the status.
  int present(const token& what) {
    auto question = get_request(server.resource());
    question.connection = connection;
    question.fields.push_back(
      {"Authorization",
       secret{"Bearer " + std::string{what.access_token.view()}}});
    return must(pending_response{real.sys, http::shared_client(real.sys),
                                 std::move(question)}
                  .get())
      .status;
  }

  std::size_t token_requests() const {
    return server.counts().token_requests;
  }

  no_http_environment environment;
  oauth_server server;
  /// How clients reach the server.
  http::connection_options connection = {};
  real_system real;
};

/// Whether an error says who it was, and none of the secrets.
inline bool is_presentable(const caf::error& err, const std::string& culprit) {
  const auto text = caf::to_string(err);
  return contains(text, culprit) && !shows(text)
         && !contains(text, std::string{token_book::access_prefix})
         && !contains(text, std::string{token_book::refresh_prefix});
}

} // namespace bearer::test
