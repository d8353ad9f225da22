#pragma once

#include <bearer/actors.hpp>
#include <bearer/detail/caf_compat.hpp>
#include <bearer/fetch_options.hpp>

#include <caf/error.hpp>
#include <caf/timespan.hpp>

#include <utility>

/// How actors use a receiver, in the same words for all versions of CAF.
namespace bearer {

/// Fetches a token through `receiver` for the actor `self`. Finish with
/// `.then(...)` or `.await(...)`, taking a `const token&` and a
/// `const caf::error&`. Counts as one trial. The pending fetch keeps neither
/// the receiver nor the bearer: hold the receiver to use it again, and
/// something of the bearer, or else the answer is `errc::stopped`.
template <class Self>
auto fetch(Self* self, const receiver_actor& receiver,
           fetch_options opts = {}) {
  // Infinite, because whoever answers does so by the deadline it was given.
  return detail::mail(self, fetch_atom_v, std::move(opts))
    .request(receiver, caf::infinite);
}

/// Asks `receiver` for the actor `self` whether another fetch is worth it after
/// the request failed with `why`. Finish with `.then(...)` or `.await(...)`,
/// taking a `bool` and a `const caf::error&`. If `why` means that the server
/// refused the token, then the token is rejected, and the next fetch asks for a
/// newer one.
template <class Self>
auto can_retry(Self* self, const receiver_actor& receiver, caf::error why,
               fetch_options opts = {}) {
  return detail::mail(self, can_retry_atom_v, std::move(why), std::move(opts))
    .request(receiver, caf::infinite);
}

} // namespace bearer
