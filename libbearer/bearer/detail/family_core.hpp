#pragma once

#include <bearer/actors.hpp>
#include <bearer/bearer.hpp>
#include <bearer/family.hpp>
#include <bearer/family_settings.hpp>
#include <bearer/family_status.hpp>
#include <bearer/handle.hpp>

#include <caf/actor.hpp>
#include <caf/actor_clock.hpp>
#include <caf/expected.hpp>
#include <caf/fwd.hpp>

#include <cstdint>
#include <future>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace bearer::detail {

/// What the copies of a family share. All members may be called from any thread
/// and any actor. No foreign code runs under the mutex, and neither handle nor
/// actor is destroyed there.
class family_core {
public:
  using steady_time = caf::actor_clock::time_point;

  /// Caches with their keys.
  using roll_type = std::vector<std::pair<std::string, cache_actor>>;

  /// Makes a core together with the actor that looks after it.
  static std::shared_ptr<family_core>
  make(caf::actor_system& sys, source_factory make_source,
       const family_settings& settings, spawn_options options);

  family_core(caf::actor_system& sys, source_factory make_source,
              const family_settings& settings, spawn_options options);

  caf::actor_system& system() const noexcept {
    return sys_;
  }

  /// What `family::get` promises.
  caf::expected<handle> get(std::string_view key);

  /// The counters, and the bearers that they are about.
  std::pair<family_status, roll_type> roll();

  /// Lets idle bearers go.
  /// @returns whether there can be more to do later.
  bool look(steady_time now);

  /// Lets all bearers go for good.
  std::vector<handle> end();

  /// Stops all bearers for good.
  void stop();

  /// Leaves bearers to an actor that closes them when it is told to.
  group_end hand_over(const std::vector<handle>& bearers) const;

private:
  struct member {
    std::string key;
    handle bearer;

    /// When somebody looked and it was, or had been, in use.
    steady_time last_use = {};

    /// Was asked for since, or in use then.
    bool used = true;
  };

  using member_list = std::list<member>;

  /// A bearer that is being made.
  struct creation {
    std::thread::id maker;
    std::promise<caf::expected<handle>> promise = {};
    std::shared_future<caf::expected<handle>> outcome
      = promise.get_future().share();
  };

  using creation_map = std::map<std::string, creation, std::less<>>;

  class creation_turn;

  /// What one look at a key has brought.
  struct finding {
    enum class kind {
      /// `bearer` is there.
      there,
      /// Somebody makes it, which ends with `outcome`.
      being_made,
      /// The caller is to make it.
      missing,
      /// There is no room, though perhaps in a moment.
      no_room_yet,
      /// There is `why` not.
      refused,
    };

    kind what = kind::missing;
    handle bearer = {};
    std::shared_future<caf::expected<handle>> outcome = {};
    caf::error why = {};
  };

  finding look_up(std::string_view key, bool may_wait);

  finding look_up_patiently(std::string_view key);

  caf::expected<handle> create(const std::string& key);

  caf::expected<handle> make_bearer(const std::string& key) const;

  caf::expected<handle> take_in(const std::string& key, handle bearer,
                                std::vector<handle>& gone);

  // -- with the mutex locked --------------------------------------------------

  /// The bearer for a key; one that has ended is moved out instead.
  handle find(std::string_view key, std::vector<handle>& gone);

  finding begin(std::string_view key, bool may_wait);

  /// Whether there is room, or whom to take it from: `none` says so.
  handle::use least_use() const;

  bool make_room(std::vector<handle>& gone);

  void take_out(member_list::iterator which, std::vector<handle>& gone);

  caf::error refuse();

  // -- with the mutex unlocked ------------------------------------------------

  /// Closes bearers in the background that the family does not hold any more.
  void close(const std::vector<handle>& gone) const;

  caf::actor_system& sys_;
  const source_factory make_source_;
  const family_settings settings_;
  const spawn_options options_;

  /// Looks after this core as long as it is there. Bearers that are being
  /// closed are given up at its end.
  caf::actor keeper_;

  std::mutex mutex_;

  /// Those asked for least recently come first.
  member_list members_;

  /// The keys are those in the list.
  std::unordered_map<std::string_view, member_list::iterator> index_;

  creation_map creations_;
  std::uint64_t created_ = 0;
  std::uint64_t evicted_ = 0;
  std::uint64_t refused_ = 0;
  bool ended_ = false;
};

} // namespace bearer::detail
