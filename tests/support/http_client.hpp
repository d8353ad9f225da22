#pragma once

#include <bearer/detail/caf_compat.hpp>
#include <bearer/http/client.hpp>

#include "support/no_http_environment.hpp"
#include "support/real_time.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace bearer::test {

using http_result = caf::expected<http::response>;

/// An actor that sent a request and waits. Copies share it.
class pending_response {
public:
  pending_response(caf::actor_system& sys, const http::client_actor& client,
                   http::request what) {
    auto promise = std::make_shared<std::promise<http_result>>();
    result_ = promise->get_future().share();
    waiter_ = sys.spawn([=](caf::event_based_actor* self) {
      detail::mail(self, fetch_atom_v, what)
        .request(client, caf::infinite)
        .then([promise](http::response& x) { promise->set_value(x); },
              [promise](caf::error& err) { promise->set_value(err); });
    });
  }

  /// Waits for the answer.
  http_result get() const {
    if (result_.wait_for(patience) != std::future_status::ready)
      throw std::runtime_error("no answer to a request");
    return result_.get();
  }

  bool ready() const {
    return result_.wait_for(std::chrono::seconds{0})
           == std::future_status::ready;
  }

  /// Ends the actor.
  void kill() {
    caf::anon_send_exit(waiter_, caf::exit_reason::kill);
    waiter_ = nullptr;
  }

private:
  std::shared_future<http_result> result_;
  caf::actor waiter_;
};

/// Kills a client, and waits for its end.
inline void kill(caf::actor_system& sys, const http::client_actor& client) {
  auto self = caf::scoped_actor{sys};
  self->send_exit(client, caf::exit_reason::kill);
  self->wait_for(client);
}

/// An actor system with the shared client, for one test.
struct http_fixture {
  no_http_environment environment;
  real_system real;
  http::client_actor client = http::shared_client(real.sys);

  pending_response start(http::request what) {
    return {real.sys, client, std::move(what)};
  }

  http_result send(http::request what) {
    return start(std::move(what)).get();
  }

  http_result get(std::string url) {
    auto what = http::request{};
    what.url = std::move(url);
    return send(std::move(what));
  }
};

inline http::request get_request(std::string url) {
  auto result = http::request{};
  result.url = std::move(url);
  return result;
}

inline http::request post_request(std::string url, std::string_view body) {
  auto result = get_request(std::move(url));
  result.method = http::method::post;
  result.body = secret{body};
  return result;
}

/// The body of the answer that must be there.
inline std::string body_of(const http_result& x) {
  if (!x)
    throw std::runtime_error("no answer but " + caf::to_string(x.error()));
  return std::string{x->body.view()};
}

} // namespace bearer::test
