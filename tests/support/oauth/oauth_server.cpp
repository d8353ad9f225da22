#include "support/oauth/oauth_server.hpp"

#include "support/real_time.hpp"

#include <utility>

namespace bearer::test {

oauth_server::oauth_server(oauth_setup setup,
                           const std::optional<tls_files>& tls,
                           std::uint16_t port)
  : authority_(std::move(setup), [this] { return wire_.url(""); }),
    wire_(each_request([this](connection& to, const heard_request& what) {
            serve(to, what);
          }),
          tls, port) {
  // nop
}

// -- requests -----------------------------------------------------------------

void oauth_server::serve(connection& to, const heard_request& what) {
  const auto path = path_of(what);
  if (path == "/token") {
    serve_token(to, what);
  } else if (path == "/resource") {
    serve_resource(to, what);
  } else if (path == "/.well-known/oauth-authorization-server"
             || path == "/.well-known/openid-configuration") {
    count(&oauth_counts::metadata_requests);
    metadata.take()(to, [this] { return authority_.metadata(); });
  } else {
    manners::properly(to, [] { return http_answer{"404 Not Found", {}, {}}; });
  }
}

void oauth_server::serve_token(connection& to, const heard_request& what) {
  count(&oauth_counts::token_requests);
  if (on_token_request)
    on_token_request(what);
  tokens.take()(to, [&] {
    auto result = authority_.answer_token_request(what);
    if (result.status.starts_with("200"))
      count(&oauth_counts::tokens_issued);
    return result;
  });
}

void oauth_server::serve_resource(connection& to, const heard_request& what) {
  count(&oauth_counts::resource_requests);
  resources.take()(to, [&] {
    auto state = token_state{};
    auto result = authority_.answer_resource_request(what, state);
    count(state == token_state::good ? &oauth_counts::resource_ok
                                     : &oauth_counts::resource_unauthorised);
    if (state == token_state::expired)
      count(&oauth_counts::expired_presented);
    if (state == token_state::revoked)
      count(&oauth_counts::revoked_presented);
    return result;
  });
}

// -- counts -------------------------------------------------------------------

void oauth_server::count(std::size_t oauth_counts::*what) {
  const auto guard = std::unique_lock{mutex_};
  ++(counts_.*what);
  counted_.notify_all();
}

oauth_counts oauth_server::counts() const {
  const auto guard = std::unique_lock{mutex_};
  return counts_;
}

bool oauth_server::wait_until(
  const std::function<bool(const oauth_counts&)>& holds) const {
  auto guard = std::unique_lock{mutex_};
  return counted_.wait_for(guard, patience, [&] { return holds(counts_); });
}

bool oauth_server::wait_for_token_requests(std::size_t count) const {
  return wait_until(
    [count](const oauth_counts& x) { return x.token_requests >= count; });
}

} // namespace bearer::test
