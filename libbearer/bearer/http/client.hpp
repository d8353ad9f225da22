#pragma once

#include <bearer/actors.hpp>
#include <bearer/http/request.hpp>
#include <bearer/http/response.hpp>

#include <caf/actor_system.hpp>
#include <caf/result.hpp>
#include <caf/typed_actor.hpp>

namespace bearer::http {

/// Sends requests over HTTP, side by side on one thread, which keeps
/// connections open for later ones: 64 at a time to one origin, and as many
/// that ask it for tokens. Others wait, and their `timeout` runs meanwhile.
using client_actor = caf::typed_actor<
  // Answers with the server's response, whatever its status; or with
  // `errc::connection_failed`, `errc::answer_lost` or
  // `errc::unusable_response`, which name the URL without its query; or with
  // `errc::invalid_setting` for a URL, a field or a proxy that must not be
  // used. Send it as a request: if the sender ends before the answer, then the
  // transfer is aborted.
  caf::result<response>(fetch_atom, request)>;

/// The client that everybody in this actor system shares; spawned if there is
/// none. It ends with its last handle, and then so do its connections and its
/// thread once no request is under way. Thread-safe.
client_actor shared_client(caf::actor_system& sys);

} // namespace bearer::http
