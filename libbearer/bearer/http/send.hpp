#pragma once

#include <bearer/detail/caf_compat.hpp>
#include <bearer/fetch_options.hpp>
#include <bearer/handle.hpp>
#include <bearer/http/client.hpp>
#include <bearer/http/request.hpp>
#include <bearer/http/response.hpp>
#include <bearer/http/url.hpp>
#include <bearer/secret.hpp>
#include <bearer/token.hpp>
#include <bearer/with_token.hpp>

#include <caf/error.hpp>
#include <caf/expected.hpp>
#include <caf/timespan.hpp>

#include <utility>

namespace bearer::http {

namespace detail {

/// The request with the token in its header, and with no more time than there
/// is left.
/// @returns it, or `errc::invalid_option` if it has such a header field
/// already.
caf::expected<request> authorized(const request& what, const token& tok,
                                  caf::timespan budget);

/// The answer to a request with this token, unless it says that the server
/// refused the token.
caf::expected<response> judged(const request& what, const token& sent,
                               response& answer);

} // namespace detail

/// Sends a request once for the actor `self`, with this token in its header:
/// what `send` does in each attempt, for attempts that do more than that.
/// @param client What `shared_client` gives.
/// @param budget Bounds the time, as `request::timeout` does.
/// @param done Takes a `caf::expected<response>`, as a `completion` does: the
///             server's answer or `errc::token_refused`, or another error.
template <class Self, class OnDone>
void send_once(Self* self, const client_actor& client, const request& what,
               const token& tok, caf::timespan budget, const OnDone& done) {
  auto ready = detail::authorized(what, tok, budget);
  if (!ready)
    return done(std::move(ready.error()));
  // Infinite, because the client heeds the timeout of the request.
  bearer::detail::mail(self, fetch_atom_v, std::move(*ready))
    .request(client, caf::infinite)
    .then([done, what,
           tok](response& x) { done(detail::judged(what, tok, x)); },
          [done](caf::error& why) { done(std::move(why)); });
}

/// Sends a request with the token of a bearer in its header (RFC 6750, section
/// 2.1) for the actor `self`. If the server refuses the token, then it is
/// rejected, and the request is sent again with a newer one; see `with_token`.
/// Finish with `.then(...)`, taking a `response` and a `const caf::error&`, or
/// with `.deliver_to(promise)`.
///
///     bearer::http::send(self, api, bearer::http::get(url)).then(...);
///
/// The result is the server's answer, whatever its status, with two exceptions:
/// a refused token is `errc::token_refused` if no other try was allowed, and
/// redirects are followed to the same origin and are `errc::unusable_response`
/// if they lead elsewhere or would drop the body of a POST. Other
/// errors are those of `client_actor` and of fetches, and
/// `errc::invalid_option` for a request with a field `Authorization` of its
/// own. The token goes nowhere but to the origin of the URL, and there by
/// `https:` unless `request::connection` says otherwise.
///
/// But for a refusal of the token, a request that the server may have heard is
/// not sent again; except that libcurl repeats a GET when a connection that was
/// used before breaks without a word (RFC 9110, section 9.2.2).
///
/// The request keeps the actor, and with it the actor system, until the answer
/// or up to `request::timeout`; the end of the actor aborts it, that of the
/// bearer does not. Whoever makes several requests should hold `shared_client`
/// meanwhile: it keeps connections, and ends with its last handle.
/// @param opts `timeout` bounds all of it; `request::timeout` bounds one try.
template <class Self>
auto send(Self* self, const handle& api, request what,
          fetch_options opts = {}) {
  auto attempt = [self, client = shared_client(self->system()),
                  what = std::move(what)](const token& tok,
                                          caf::timespan budget,
                                          const completion<response>& done) {
    send_once(self, client, what, tok, budget, done);
  };
  return with_token<response>(self, api, std::move(attempt), std::move(opts));
}

/// The same for a thread that is no actor, which it blocks until the end. Not
/// for use inside actors. Unless somebody holds `shared_client`, or there is a
/// source that uses HTTP, each call has a connection and an I/O thread of its
/// own.
caf::expected<response> send(const handle& api, const request& what,
                             const fetch_options& opts = {});

} // namespace bearer::http
