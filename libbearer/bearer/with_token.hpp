#pragma once

#include <bearer/completion.hpp>
#include <bearer/detail/blocking_loop.hpp>
#include <bearer/detail/token_loop.hpp>
#include <bearer/fetch_options.hpp>
#include <bearer/handle.hpp>
#include <bearer/token.hpp>

#include <caf/error.hpp>
#include <caf/expected.hpp>
#include <caf/timespan.hpp>

#include <memory>
#include <type_traits>
#include <utility>

/// Requests that are authenticated by a bearer's token.
namespace bearer {

/// A request of an actor that has not started yet. Finish with `then` or
/// `deliver_to`, inside the actor.
template <class T, class Self, class Attempt>
class [[nodiscard]] token_request {
public:
  token_request(Self* self, handle api, fetch_options opts, Attempt attempt)
    : self_(self),
      api_(std::move(api)),
      opts_(std::move(opts)),
      attempt_(std::move(attempt)) {
    // nop
  }

  /// Starts the request. Calls one of both once, inside the actor, unless that
  /// ends before.
  /// @param on_result Takes what the request brings; nothing for `void`.
  /// @param on_error Takes a `const caf::error&`: that of the last attempt, the
  ///                 fetch's own if there was no token, or `errc::timed_out`
  ///                 with the error of the attempt before, if any.
  template <class F, class G>
  void then(F on_result, G on_error) && {
    start([f = std::move(on_result),
           g = std::move(on_error)](caf::expected<T> outcome) mutable {
      if (!outcome)
        g(outcome.error());
      else if constexpr (std::is_void_v<T>)
        f();
      else if constexpr (std::is_invocable_v<F&, T>)
        f(std::move(*outcome));
      else
        f(*outcome);
    });
  }

  /// Starts the request and lets its outcome be that of a promise.
  /// @param promise A `caf::typed_response_promise<T>` or a
  ///                `caf::response_promise`.
  /// @returns the promise, to return from a message handler.
  template <class Promise>
  Promise deliver_to(Promise promise) && {
    start([promise](caf::expected<T> outcome) mutable {
      if (!outcome)
        promise.deliver(std::move(outcome.error()));
      else if constexpr (std::is_void_v<T>)
        promise.deliver();
      else
        promise.deliver(std::move(*outcome));
    });
    return promise;
  }

private:
  template <class OnDone>
  void start(OnDone on_done) {
    using loop = detail::token_loop<T, Self, Attempt, OnDone>;
    const auto timeout = opts_.timeout.value_or(api_.fetch_timeout());
    std::make_shared<loop>(self_, api_.receiver(), timeout, std::move(opts_),
                           std::move(attempt_), std::move(on_done))
      ->start();
  }

  Self* self_;
  handle api_;
  fetch_options opts_;
  Attempt attempt_;
};

/// Makes a request of the actor `self`, of whatever kind and interface, with
/// the token of a bearer: fetches the token, calls `attempt` with it, and, if
/// the server refuses the token, rejects it, fetches a newer one and tries
/// again, as often as a receiver of the bearer allows (`max_retries`). One
/// deadline is over all of it: `timeout` of the options, by default that of a
/// fetch.
///
///     bearer::with_token<reply>(self, api,
///                               [=](const bearer::token& tok,
///                                   caf::timespan budget) {
///       return self->mail(call_v, header(tok)).request(server, budget);
///     }).then(...);
///
/// The attempt runs inside `self`, with the token and the time that is left. It
/// either returns what `self->mail(...).request(...)`, on CAF 0.18
/// `self->request(...)`, returns: the answer is a `T`. Or it takes a
/// `completion<T>` as its third argument, calls that sooner or later from
/// wherever it likes, and returns nothing.
///
/// Its errors go to the bearer's `retry_predicate`. By default
/// `errc::token_refused`, and errors that are neither the library's nor CAF's
/// for "nobody answered", mean that the server refused the token; see
/// `default_retry_verdict`. A refusal that comes when `max_retries` is used up
/// is handed on, and rejects nothing.
///
/// A request under way keeps the bearer running, and the actor reachable, as
/// requests do in CAF; it ends with the actor.
/// @tparam T What the request brings; may be `void`.
/// @param api A valid handle.
template <class T, class Self, class Attempt>
token_request<T, Self, Attempt> with_token(Self* self, const handle& api,
                                           Attempt attempt,
                                           fetch_options opts = {}) {
  return {self, api, std::move(opts), std::move(attempt)};
}

/// The same for a thread that is no actor, which it blocks until the end. Not
/// for use inside actors.
///
///     auto body = bearer::with_token(api, [&](const bearer::token& tok,
///                                             caf::timespan budget) {
///       return download(url, tok.access_token.view(), budget);
///     });
///
/// @param attempt Takes the token and the time that is left, which nobody
///                enforces; returns a `caf::expected`. An exception ends the
///                request and comes out.
/// @returns what the last attempt returned, the fetch's own error if there was
///          no token, or `errc::timed_out`.
template <class Attempt>
auto with_token(const handle& api, Attempt attempt,
                const fetch_options& opts = {})
  -> std::invoke_result_t<Attempt&, const token&, caf::timespan> {
  auto loop = detail::blocking_loop{api, opts};
  for (;;) {
    const auto what = loop.fetch();
    if (!what)
      return what.error();
    auto outcome = attempt(*what, loop.budget());
    if (outcome || !loop.can_retry(outcome.error()))
      return outcome;
  }
}

} // namespace bearer
