#pragma once

#include "support/collector.hpp"
#include "support/histogram.hpp"

#include <cstdint>
#include <string>

namespace oauth2_client {

/// What actors saw that made requests.
struct tally {
  // How requests ended, each in one of these ways.

  /// With a status from 200 to 299; without a URL, with a token.
  std::uint64_t ok = 0;

  /// The server refused the last token that the request was allowed to try.
  std::uint64_t unauthorised = 0;

  /// In any other way.
  std::uint64_t failed = 0;

  /// Requests that were sent more than once.
  std::uint64_t retried = 0;

  /// Tokens got, each for one attempt of a request.
  std::uint64_t attempts = 0;

  /// Those among them that had expired when they were got.
  std::uint64_t expired_served = 0;

  /// Why the first of those requests ended badly that did.
  std::string first_error;

  /// From the moment in which a request wanted a token, or another one, until
  /// it had it.
  example::histogram fetches;

  std::uint64_t ended() const noexcept {
    return ok + unauthorised + failed;
  }

  tally& operator+=(const tally& other);
};

using tally_collector = example::collector<tally>;

} // namespace oauth2_client
