#pragma once

#include <bearer/actors.hpp>
#include <bearer/any_source.hpp>
#include <bearer/detail/caf_compat.hpp>
#include <bearer/error.hpp>
#include <bearer/fetch_options.hpp>

#include <caf/error.hpp>
#include <caf/expected.hpp>
#include <caf/timespan.hpp>

#include <memory>
#include <string>
#include <utility>

namespace bearer {

namespace detail {

class blocking_loop;
class family_core;
class local_slot;
struct handle_core;
struct receiver_config;

} // namespace detail

namespace remote::detail {

class desk_state;

} // namespace remote::detail

class reader;

/// What the users of a bearer hold. Cheap to copy; copies name the same bearer,
/// may be used from any thread, and may be sent in messages inside their actor
/// system. They cannot be serialised to other nodes.
///
/// The bearer runs as long as a handle, a reader or a receiver of it lives. All
/// member functions but the constructors, assignment, and `operator bool` need
/// a valid handle, that is, one that `spawn` returned or a copy of it.
class handle {
public:
  /// Constructs an invalid handle.
  handle() = default;

  /// Takes over what `spawn` has put together.
  explicit handle(std::shared_ptr<const detail::handle_core> core);

  explicit operator bool() const noexcept {
    return core_ != nullptr;
  }

  // -- tokens -----------------------------------------------------------------

  /// Fetches a token for a thread that is no actor: at once and without a
  /// message while there is a fresh one, else blocks until the answer, which
  /// comes by the deadline of the options. Not for use inside actors.
  /// @returns a fresh token, or `errc::stopped`, `errc::timed_out` or whatever
  ///          error the options ask to be told.
  caf::expected<token> fetch(const fetch_options& opts = {}) const;

  /// Fetches a token for the actor `self`. Finish with `.then(...)` or
  /// `.await(...)`, taking a `const token&` and a `const caf::error&`. The
  /// pending fetch does not keep the bearer running: if the last handle goes
  /// first, the answer is `errc::stopped`. If somebody kills the bearer's
  /// actors, it may be CAF's `sec::request_receiver_down`.
  template <class Self>
  auto fetch(Self* self, fetch_options opts = {}) const {
    // Infinite, because a cache always answers by the deadline it was given.
    return detail::mail(self, fetch_atom_v, std::move(opts))
      .request(actor(), caf::infinite);
  }

  /// Spawns a receiver for one request.
  receiver_actor receiver() const;

  /// A reader for one thread, actor or client: the cheapest way to the token.
  bearer::reader reader() const;

  /// Tells the bearer that a server refused this generation of its token.
  /// Whoever reads without a message does not get it any more when this
  /// returns, fetches do not once the cache has processed it. A generation that
  /// this bearer has not published is passed over in silence.
  void reject(const generation& refused) const;

  // -- renewal ----------------------------------------------------------------

  /// Starts work without waiting for it.
  void prefetch() const;

  /// Asks for a renewal as soon as the rate limit allows. Fetches wait for it,
  /// though not through a backoff while the current token is good. Does not
  /// start a bearer that nobody has used yet.
  void request_renewal() const;

  /// Whether there is no usable token, or a renewal was requested and has not
  /// ended yet. Sends no message. False after the end of the bearer, which
  /// cannot renew any more.
  bool is_renewal_required() const;

  // -- the bearer itself ------------------------------------------------------

  /// The name given at spawn.
  const std::string& name() const noexcept;

  /// How long a fetch may wait that does not say it:
  /// `renewal_settings::fetch_timeout`.
  caf::timespan fetch_timeout() const noexcept;

  /// The source that the bearer wraps; invalid for bearers without one of their
  /// own.
  const token_source& wrapped() const noexcept;

  /// The bearer's cache: the actor to send any message of the interface to.
  const cache_actor& actor() const noexcept;

  /// A snapshot, for threads that are no actors. Blocks for the answer.
  /// Says no more than "stopped" if the actors were killed.
  bearer::status status() const;

  /// A snapshot for the actor `self`. Finish with `.then(...)` or
  /// `.await(...)`, taking a `const bearer::status&` and a `const caf::error&`.
  template <class Self>
  auto status(Self* self) const {
    return detail::mail(self, status_atom_v).request(actor(), caf::infinite);
  }

  /// Sends the listener the current state and then every event, until it ends.
  /// Starts no work, and does not keep the listener alive. Idempotent.
  void subscribe(const event_listener& listener) const;

  /// Ends a subscription. Idempotent.
  void unsubscribe(const event_listener& listener) const;

  /// Ends all work at once; waiting fetches get `errc::stopped`. Nothing can be
  /// read without a message any more when this returns.
  void stop() const;

  /// Ends the bearer gracefully, for threads that are no actors: grants the
  /// attempt under way and the closing of the source `grace` together, and
  /// blocks until done.
  void close(caf::timespan grace) const;

  /// As above, for the actor `self`. Finish with `.then(...)` or `.await(...)`,
  /// taking nothing and a `const caf::error&`.
  template <class Self>
  auto close(Self* self, caf::timespan grace) const {
    return detail::mail(self, close_atom_v, grace)
      .request(actor(), caf::infinite);
  }

  friend bool operator==(const handle&, const handle&) = default;

  template <class Inspector>
  friend bool inspect(Inspector& f, handle& x) {
    if (!Inspector::is_loading && f.has_human_readable_format()) {
      auto name = x ? x.name() : std::string{"invalid"};
      return f.object(x).fields(f.field("name", name));
    }
    f.set_error(caf::make_error(
      errc::not_serializable,
      "a handle stays in its actor system; publish the bearer on its node and "
      "connect from the other one"));
    return false;
  }

private:
  friend class detail::blocking_loop;
  friend class detail::family_core;
  friend class remote::detail::desk_state;

  const detail::local_slot& slot() const noexcept;

  std::shared_ptr<const detail::receiver_config> receivers() const noexcept;

  /// Whether anything but this handle needs the bearer.
  enum class use {
    /// No, and that stays so as long as the caller gives no copy away.
    none,
    /// Its cache has a message to process, or somebody has the cache.
    unclear,
    /// Somebody has a handle, a reader or a receiver, or a fetch waits.
    certain,
  };

  use elsewhere() const noexcept;

  /// Whether the bearer was stopped or closed.
  bool has_ended() const;

  std::shared_ptr<const detail::handle_core> core_;
};

} // namespace bearer
