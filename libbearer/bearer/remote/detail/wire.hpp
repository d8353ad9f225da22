#pragma once

#include <bearer/event.hpp>
#include <bearer/generation.hpp>
#include <bearer/remote/protocol.hpp>
#include <bearer/status.hpp>
#include <bearer/type_ids.hpp>

#include <caf/actor_control_block.hpp>
#include <caf/result.hpp>
#include <caf/typed_actor.hpp>

#include <cstdint>

/// The actors between a bearer and its replicas:
///
///     cache <- desk <- gate  ~~~ network ~~~  line -> link -> refresher
///
/// Anybody who is connected can send any message to an actor that was ever seen
/// on the network. So there are two that are, `gate` and `line`, which check
/// and pass on, and do nothing else.
namespace bearer::remote::detail {

/// The owner's end of the network: one for each published bearer. Messages, not
/// requests, because anybody could answer those in another's name; answers go
/// to the sender and carry his key.
using gate_actor = caf::typed_actor<
  // From now on the sender gets answers and news, with this key, or at once an
  // answer that says why not. Idempotent.
  caf::result<void>(subscribe_atom, std::uint64_t),
  // Asks for a token. Only for those who have subscribed.
  caf::result<void>(fetch_atom, question),
  // A snapshot of the bearer; of errors only the code.
  caf::result<status>(status_atom)>;

/// A replica's end of the network: one for each connection.
using line_actor = caf::typed_actor<
  // The key, and the number of a question that has arrived.
  caf::result<void>(fetch_atom, std::uint64_t, std::uint64_t),
  // The answer to a question.
  caf::result<void>(fetch_atom, answer),
  // The key, and the generation that the owner has published; once more if it
  // ends earlier than was said.
  caf::result<void>(publish_atom, std::uint64_t, generation),
  // The key, and the generation that servers refuse.
  caf::result<void>(rejected_atom, std::uint64_t, generation)>;

/// The same for the desk, which alone may use the rest.
using gate_hub = gate_actor::extend<
  // The bearer's generations, published and refused.
  caf::result<void>(publish_atom, generation),
  caf::result<void>(rejected_atom, generation),
  // The end.
  caf::result<void>(stop_atom)>;

/// Answers the questions of replicas; never seen on the network.
using desk_actor = caf::typed_actor<
  // Answers when the bearer does.
  caf::result<answer>(fetch_atom, question),
  // As `gate_actor`.
  caf::result<status>(status_atom),
  // From now on this gate gets the news.
  caf::result<void>(subscribe_atom, caf::weak_actor_ptr),
  // The bearer's events.
  caf::result<void>(event),
  // Ends, and its gate with it.
  caf::result<void>(stop_atom)>;

} // namespace bearer::remote::detail
