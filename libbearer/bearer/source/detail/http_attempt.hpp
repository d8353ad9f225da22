#pragma once

#include <bearer/actors.hpp>
#include <bearer/attempt.hpp>
#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/monitor.hpp>
#include <bearer/http/client.hpp>
#include <bearer/token.hpp>

#include <caf/error.hpp>
#include <caf/result.hpp>
#include <caf/timespan.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <utility>

namespace bearer::detail {

/// The part of an actor that serves one attempt over HTTP and then ends: it
/// owes one answer, has a deadline, and gives up when nobody wants the answer
/// any more. The source itself parks no promise, because that would keep it
/// alive.
class http_attempt {
public:
  http_attempt(token_source::pointer self, http::client_actor client);

  http_attempt(const http_attempt&) = delete;

  http_attempt& operator=(const http_attempt&) = delete;

  /// Takes the attempt on. To be called by its message's handler, which returns
  /// what this returns.
  caf::result<token> begin(const attempt& what);

  /// What is left of the budget; never negative.
  caf::timespan left() const;

  /// Sends a request within what is left, which passes the response on, and
  /// errors to `on_error`.
  template <class OnResponse, class OnError>
  void send(http::request what, OnResponse on_response, OnError on_error) {
    what.timeout = left();
    what.for_token = true;
    mail(self_, fetch_atom_v, std::move(what))
      .request(client_, caf::infinite)
      .then(std::move(on_response), std::move(on_error));
  }

  /// Answers, and ends the actor.
  void succeed(token result);

  /// Answers, and ends the actor.
  void fail(caf::error why);

private:
  token_source::pointer self_;
  http::client_actor client_;
  caf::typed_response_promise<token> answer_;
  std::chrono::steady_clock::time_point deadline_;
  monitoring watch_;
};

} // namespace bearer::detail
