#include <bearer/bearer.hpp>
#include <bearer/source/oauth2_source.hpp>

#include "support/child_process.hpp"
#include "support/no_http_environment.hpp"
#include "support/oauth/fickle.hpp"

#include "districts.hpp"
#include "issuer.hpp"
#include "sources.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

namespace stress {

namespace {

// Servers refuse the same tokens, wherever they come from.
static_assert(bearer::test::useless_prefix == revoked_prefix);

/// The next line that it prints.
std::string hear(example::child_process& from) {
  if (auto line = from.hear(std::chrono::minutes{1}))
    return std::move(*line);
  throw std::runtime_error("the OAuth server says nothing");
}

std::string lifetime_argument() {
  using seconds = std::chrono::duration<double>;
  return "--token-lifetime=" + std::to_string(seconds{lifetime}.count());
}

/// The tests' server is a process of its own, so that what it takes is not
/// counted here.
class http_district : public district {
public:
  http_district()
    : server_(STRESS_OAUTH_SERVER, {lifetime_argument()}),
      issuer_(hear(server_)) {
    server_.tell("faults 40");
  }

  void found(caf::actor_system& sys, world& in) override {
    in.add(sys, "oauth2 client",
           [this, &sys] { return spawn(sys, with_credentials()); });
    in.add(sys, "oauth2 login",
           [this, &sys] { return spawn(sys, with_refresh_token()); });
  }

  bool end() override {
    return server_.stop();
  }

private:
  static caf::expected<bearer::handle> spawn(caf::actor_system& sys,
                                             bearer::oauth2::options options) {
    return bearer::spawn(sys, bearer::oauth2_source(sys, std::move(options)),
                         short_lived());
  }

  static bearer::oauth2::options client() {
    auto result = bearer::oauth2::options{};
    result.client_id = "client";
    result.authentication
      = bearer::oauth2::client_secret_basic{bearer::secret{"client-secret"}};
    return result;
  }

  bearer::oauth2::options with_credentials() const {
    auto result = client();
    result.token_endpoint = issuer_ + "/token";
    return result;
  }

  /// Which each attempt replaces. If one is lost with a bearer that is stopped,
  /// the next bearer begins with a login of its own anyway.
  bearer::oauth2::options with_refresh_token() {
    server_.tell("login");
    auto grant = bearer::oauth2::refresh_token{};
    grant.token = bearer::secret{hear(server_)};
    grant.store = [](const bearer::secret&) { return caf::error{}; };
    auto result = client();
    result.issuer = issuer_;
    result.grant = std::move(grant);
    return result;
  }

  bearer::test::no_http_environment environment_;
  example::child_process server_;
  std::string issuer_;
};

} // namespace

std::unique_ptr<district> make_http_district() {
  return std::make_unique<http_district>();
}

} // namespace stress
