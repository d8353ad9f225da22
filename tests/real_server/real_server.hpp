#pragma once

#include <bearer/any_source.hpp>
#include <bearer/handle.hpp>
#include <bearer/oauth2/options.hpp>
#include <bearer/renewal_settings.hpp>
#include <bearer/token.hpp>

#include "support/http_client.hpp"
#include "support/test_ca.hpp"

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace bearer::test {

/// An authorisation server that others wrote, with a resource that takes its
/// tokens; and what a test asks of it past the library's sources. Its user is
/// "alice", whose password is "wonderland".
class real_server {
public:
  real_server() = default;

  real_server(const real_server&) = delete;

  real_server& operator=(const real_server&) = delete;

  virtual ~real_server() = default;

  virtual std::string issuer() const = 0;

  virtual std::string token_endpoint() const = 0;

  /// The URL of the resource.
  virtual std::string resource() const = 0;

  caf::actor_system& sys() {
    return http_.real.sys;
  }

  test_ca& ca() {
    return ca_;
  }

  /// Trusts the server's certificate.
  http::connection_options connection() const;

  /// The source of these options.
  any_source source(const oauth2::options& what);

  /// A bearer with that source and little patience for failures.
  handle bearer(const oauth2::options& what, renewal_settings settings = {});

  // -- past the sources
  // --------------------------------------------------------

  /// Has the user log in.
  /// @param what A client with the grant `password`.
  /// @returns the same client with the refresh token that came of it.
  oauth2::options log_in(oauth2::options what,
                         std::function<caf::error(const secret&)> store = {});

  /// What the server answers to the request that a source would send.
  http::response ask_for_token(const oauth2::options& what);

  /// What the resource answers.
  http::response use(const token& what);

  /// Posts a form as it is.
  http::response post(const std::string& url, std::string_view form,
                      std::vector<http::field> fields = {});

protected:
  /// Tells the server something about a token, as a client with these
  /// parameters of a form. Throws unless the answer is 200.
  std::string tell(const std::string& url, std::string_view credentials,
                   const token& what);

  http_fixture http_;
  test_ca ca_;
};

/// Throws unless the answer is 200.
void require_success(std::string_view what, const http::response& answer);

/// What a test has seen of the refresh tokens that its application stored.
class token_store {
public:
  caf::error operator()(const secret& what);

  std::vector<std::string> all() const;

private:
  mutable std::mutex mutex_;
  std::vector<std::string> all_;
};

/// A fetch that gets the outcome of an attempt made for it.
fetch_options one_attempt();

} // namespace bearer::test
