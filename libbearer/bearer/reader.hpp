#pragma once

#include <bearer/detail/slot_reader.hpp>
#include <bearer/handle.hpp>
#include <bearer/token.hpp>

namespace bearer {

/// Reads a bearer's token without a message, in a few nanoseconds. Get one per
/// thread, actor or client from `handle::reader`, keep it, and call `read` for
/// each request.
///
/// For one thread at a time; readers do not slow each other down, however many
/// there are. A reader keeps the bearer running as a handle does, and keeps its
/// copy of the token until it next reads.
class reader {
public:
  /// Takes over what `handle::reader` has put together.
  reader(handle bearer, detail::slot_reader slot);

  /// The token that a fetch would get at once.
  ///
  /// Never one that has expired, nor one that a reader, a receiver or a handle
  /// of this bearer has rejected or stopped before. What reaches the bearer's
  /// cache in another way counts once the cache has processed it. A token that
  /// the bearer withdraws is gone for all reads that begin after the step in
  /// which the refresher tells the cache so: nothing is polled, and no timer
  /// lies between.
  /// @returns the token, valid until the next call on this reader; or null,
  ///          which means: fetch one.
  const token* read() {
    return slot_.read();
  }

  /// Tells the bearer that a server refused the token that `read` gave last.
  /// Neither this reader nor any other gives it again.
  void reject();

  /// The bearer, to fetch from when there is nothing to read.
  const handle& bearer() const noexcept {
    return bearer_;
  }

private:
  handle bearer_;
  detail::slot_reader slot_;
};

} // namespace bearer
