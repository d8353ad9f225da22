#pragma once

#include <bearer/actors.hpp>
#include <bearer/any_source.hpp>
#include <bearer/bearer.hpp>
#include <bearer/detail/caf_compat.hpp>
#include <bearer/family_settings.hpp>
#include <bearer/family_status.hpp>
#include <bearer/fetch_options.hpp>
#include <bearer/handle.hpp>

#include <caf/expected.hpp>
#include <caf/fwd.hpp>
#include <caf/result.hpp>
#include <caf/timespan.hpp>
#include <caf/typed_actor.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace bearer {

namespace detail {

class family_core;

/// A cache, or who answers in place of a bearer that could not be had.
using token_giver
  = caf::typed_actor<caf::result<token>(fetch_atom, fetch_options)>;

/// Collects the states of a family's bearers, once.
using roll_call = caf::typed_actor<caf::result<family_status>(status_atom)>;

/// Closes bearers that a family has let go, once, and keeps them meanwhile.
using group_end
  = caf::typed_actor<caf::result<void>(close_atom, caf::timespan)>;

} // namespace detail

/// Makes the source for a key that has no bearer.
///
/// Called on the thread or by the actor that asks for the key, without any
/// lock; for different keys perhaps at the same time, for one key never. Who
/// asks for the same key meanwhile waits for it, so it should spawn an actor
/// and leave slow work to that. It may ask the family for other keys, though
/// not in a circle, and must not wait for actors.
using source_factory
  = std::function<caf::expected<any_source>(const std::string& key)>;

/// Bearers by keys: many tokens from one client, per audience, scope or tenant.
/// Each is spawned when its key is first asked for, shared from then on, and
/// let go when it has not been in use for a while.
///
/// A bearer is in use while anybody but the family has a handle, a reader, a
/// receiver or the cache of it, or a fetch waits; and at the moment when
/// somebody asks for its key. No other is ever let go, so nobody loses an
/// answer, and there is never a second bearer for a key while anybody has the
/// first one, unless that was stopped.
///
/// Keys are strings, because they come as strings, and put together as such
/// from several things they are still one; and `status` shows them. So they are
/// also no place for secrets. An audience with a scope might be
/// `"https://api.example read write"`.
///
/// Cheap to copy; copies name the same family, and may be used from any thread
/// and any actor of the actor system. The family runs as long as a copy lives;
/// at the end of the last one its bearers go as if their handles were dropped.
/// All member functions but the constructors, assignment and `operator bool`
/// need a valid family, that is, one that `spawn_family` returned or a copy.
class family {
public:
  /// Constructs an invalid family.
  family() = default;

  /// Takes over what `spawn_family` has put together.
  explicit family(std::shared_ptr<detail::family_core> core);

  explicit operator bool() const noexcept {
    return core_ != nullptr;
  }

  /// The bearer for this key, which is spawned now if there is none. One that
  /// was stopped or closed is replaced. Waits for the factory if that runs for
  /// this key, and, in a full family without a bearer at rest, for some
  /// milliseconds; else for nothing.
  /// @returns its handle; or the factory's error, which is not remembered: the
  ///          next call tries again; `errc::source_failed` if the factory
  ///          threw; `errc::family_full`; or `errc::stopped` after `stop` and
  ///          `close`.
  caf::expected<handle> get(std::string_view key) const;

  /// Fetches a token for this key, as `handle::fetch` does for a thread that is
  /// no actor.
  /// @returns what that returns, or an error of `get`.
  caf::expected<token> fetch(std::string_view key,
                             const fetch_options& opts = {}) const;

  /// Fetches a token for this key for the actor `self`, as `handle::fetch`
  /// does. Finish with `.then(...)` or `.await(...)`, taking a `const token&`
  /// and a `const caf::error&`, which may be one of `get`. The bearer stays
  /// while the fetch is pending, if a copy of the family does.
  template <class Self>
  auto fetch(Self* self, std::string_view key, fetch_options opts = {}) const {
    // Infinite, because a cache always answers by the deadline it was given.
    return detail::mail(self, fetch_atom_v, std::move(opts))
      .request(giver(key), caf::infinite);
  }

  /// A snapshot, for threads that are no actors. Blocks for the answers.
  family_status status() const;

  /// A snapshot for the actor `self`. Finish with `.then(...)` or
  /// `.await(...)`, taking a `const family_status&` and a `const caf::error&`.
  template <class Self>
  auto status(Self* self) const {
    return detail::mail(self, status_atom_v)
      .request(roll_call(), caf::infinite);
  }

  /// Stops all bearers, those included that were let go and are being closed;
  /// as `handle::stop` does, without closing their sources. Idempotent.
  void stop() const;

  /// Ends all bearers gracefully, for threads that are no actors: each has
  /// `grace`, at the same time. Blocks until done. Repeats have nothing to do.
  void close(caf::timespan grace) const;

  /// As above, for the actor `self`. Finish with `.then(...)` or `.await(...)`,
  /// taking nothing and a `const caf::error&`. A copy of the family must live
  /// until then: with the last one go the bearers that nobody else holds, as if
  /// they had been dropped.
  template <class Self>
  auto close(Self* self, caf::timespan grace) const {
    return detail::mail(self, close_atom_v, grace)
      .request(end(), caf::infinite);
  }

private:
  detail::token_giver giver(std::string_view key) const;

  detail::roll_call roll_call() const;

  /// Ends the family and leaves its bearers to the result.
  detail::group_end end() const;

  std::shared_ptr<detail::family_core> core_;
};

/// Spawns a family of bearers, which is empty at first.
/// @param make_source Makes a bearer's source. If it gives several keys the
/// same
///                    one, then `owns_source` must be false.
/// @param options Are those of each bearer; its key is appended to the name:
///                `bearer/key`.
/// @returns the family, or `errc::invalid_setting` naming the setting.
caf::expected<family>
spawn_family(caf::actor_system& sys, source_factory make_source,
             const family_settings& settings = {}, spawn_options options = {});

} // namespace bearer
