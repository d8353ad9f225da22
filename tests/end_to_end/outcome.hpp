#pragma once

#include "support/signing_keys.hpp"
#include "support/thread_count.hpp"

#include "end_to_end/world.hpp"

#include <memory>
#include <string>
#include <utility>

/// What a client gets, and the keys with which it says who it is.
namespace bearer::test {

/// Keys take their time to make.
inline const key_ptr& rsa_key() {
  static const auto result = make_rsa_key();
  return result;
}

/// A key for the client's own use.
inline oauth2::signing_key
signing_with(const key_ptr& key,
             oauth2::algorithm how = oauth2::algorithm::rs256) {
  auto result = oauth2::signing_key{};
  result.pem = secret{to_pem(key)};
  result.algorithm = how;
  return result;
}

/// A server that knows the client by this key.
inline oauth_setup keyed(const key_ptr& key,
                         const std::string& algorithm = "RS256") {
  auto result = oauth_setup{};
  auto& client = result.clients[0];
  client.methods = {client_method::private_key_jwt};
  client.key.public_key = to_public_pem(key);
  client.key.algorithm = algorithm;
  return result;
}

inline oauth2::options keyed_client(const oauth_world& of,
                                    oauth2::signing_key key) {
  auto result = of.client();
  auto how = oauth2::private_key_jwt{};
  how.key = std::move(key);
  result.authentication = std::move(how);
  return result;
}

/// Looks at the threads of the process with each token request from now on.
inline std::shared_ptr<most_threads> watch_threads(oauth_server& at) {
  auto result = std::make_shared<most_threads>();
  at.tokens.from_now_on([result](connection& to, const deed& act) {
    result->look();
    manners::properly(to, act);
  });
  return result;
}

/// What a token that a bearer got is good for, as the server sees it.
inline token_rights rights(oauth_world& it, const oauth2::options& options) {
  const auto api = it.spawn(options, quick_unless_permanent());
  const auto token = must(api.fetch(once()));
  CHECK(it.present(token) == 200);
  // The server remembers assertions, so the next one must be another.
  auto newer = once();
  newer.renew_required = true;
  CHECK(it.present(must(api.fetch(newer))) == 200);
  CHECK(it.token_requests() == 2);
  return it.server.authority()
    .book()
    .rights_of(std::string{token.access_token.view()})
    .value();
}

/// The code of the refusal of the only request.
inline std::string refusal_code(oauth_world& it,
                                const oauth2::options& options) {
  const auto err
    = error_of(it.spawn(options, quick_unless_permanent()).fetch(once()));
  CHECK(is_permanent(err));
  CHECK(is_presentable(err, it.server.token_endpoint()));
  CHECK(it.token_requests() == 1);
  return refusal_of(err).value().error;
}

} // namespace bearer::test
