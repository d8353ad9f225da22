#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/family_core.hpp>
#include <bearer/error.hpp>
#include <bearer/internal/family_calls.hpp>
#include <bearer/internal/family_keeper.hpp>
#include <bearer/source/detail/redact.hpp>

#include <caf/actor_system.hpp>

#include <algorithm>
#include <chrono>
#include <exception>

namespace bearer::detail {

namespace {

/// The most bytes of an exception's text in an error.
constexpr std::size_t max_quote = 256;

/// Looks are no further apart than this part of the idle time, and no closer
/// than a load that nobody notices.
constexpr auto looks_per_idle_time = 4;
constexpr auto least_interval = caf::timespan{std::chrono::milliseconds{10}};

/// How long to wait, and how often to look, for a bearer that has just done
/// something to come to rest, so that it can make room. This takes microseconds
/// where a processor is free.
constexpr auto settling_time = std::chrono::milliseconds{10};
constexpr auto settling_pause = std::chrono::microseconds{100};

caf::error thrown(const std::string& what) {
  return caf::make_error(errc::source_failed, "make_source threw " + what);
}

/// Waits for a bearer that somebody else makes.
caf::expected<handle>
await(const std::shared_future<caf::expected<handle>>& outcome) {
  try {
    return outcome.get();
  } catch (const std::future_error&) {
    return caf::make_error(errc::source_failed, "make_source ended its thread");
  }
}

} // namespace

std::shared_ptr<family_core>
family_core::make(caf::actor_system& sys, source_factory make_source,
                  const family_settings& settings, spawn_options options) {
  auto result = std::make_shared<family_core>(sys, std::move(make_source),
                                              settings, std::move(options));
  const auto interval = std::max(settings.idle_time / looks_per_idle_time,
                                 least_interval);
  // Weak, because the core holds the keeper.
  result->keeper_ = internal::spawn_family_keeper(
    sys, interval, [weak = std::weak_ptr{result}](steady_time now) {
      auto core = weak.lock();
      return core && core->look(now);
    });
  return result;
}

family_core::family_core(caf::actor_system& sys, source_factory make_source,
                         const family_settings& settings, spawn_options options)
  : sys_(sys),
    make_source_(std::move(make_source)),
    settings_(settings),
    options_(std::move(options)) {
  // nop
}

// -- getting a bearer ---------------------------------------------------------

caf::expected<handle> family_core::get(std::string_view key) {
  using kind = finding::kind;
  auto found = look_up_patiently(key);
  switch (found.what) {
    case kind::there:
      return std::move(found.bearer);
    case kind::being_made:
      return await(found.outcome);
    case kind::missing:
      return create(std::string{key});
    default:
      return std::move(found.why);
  }
}

family_core::finding family_core::look_up_patiently(std::string_view key) {
  auto found = look_up(key, true);
  if (found.what != finding::kind::no_room_yet)
    return found;
  const auto end = std::chrono::steady_clock::now() + settling_time;
  do {
    std::this_thread::sleep_for(settling_pause);
    found = look_up(key, std::chrono::steady_clock::now() < end);
  } while (found.what == finding::kind::no_room_yet);
  return found;
}

family_core::finding family_core::look_up(std::string_view key, bool may_wait) {
  auto gone = std::vector<handle>{};
  auto result = finding{};
  {
    const auto guard = std::lock_guard{mutex_};
    if (ended_) {
      result.what = finding::kind::refused;
      result.why = caf::make_error(errc::stopped);
    } else if (auto bearer = find(key, gone)) {
      result.what = finding::kind::there;
      result.bearer = std::move(bearer);
    } else {
      result = begin(key, may_wait);
    }
  }
  close(gone);
  return result;
}

family_core::finding family_core::begin(std::string_view key, bool may_wait) {
  using kind = finding::kind;
  const auto self = std::this_thread::get_id();
  if (auto i = creations_.find(key); i != creations_.end()) {
    if (i->second.maker != self)
      return {kind::being_made, {}, i->second.outcome, {}};
    return {kind::refused,
            {},
            {},
            caf::make_error(errc::invalid_setting,
                            "make_source: asks for the key that it makes a "
                            "source for")};
  }
  if (const auto use = least_use(); use != handle::use::none) {
    if (may_wait && use == handle::use::unclear)
      return {kind::no_room_yet, {}, {}, {}};
    return {kind::refused, {}, {}, refuse()};
  }
  creations_.try_emplace(std::string{key}).first->second.maker = self;
  return {};
}

/// Takes a creation out of the table, however it ends. Whoever waits for one
/// that has no outcome gets a broken promise.
class family_core::creation_turn {
public:
  creation_turn(family_core& core, const std::string& key)
    : core_(core), key_(key) {
    // nop
  }

  creation_turn(const creation_turn&) = delete;

  creation_turn& operator=(const creation_turn&) = delete;

  ~creation_turn() {
    if (ended_)
      return;
    const auto guard = std::lock_guard{core_.mutex_};
    core_.creations_.erase(key_);
  }

  /// Ends the turn in good order, with the mutex locked.
  creation_map::node_type end() {
    ended_ = true;
    return core_.creations_.extract(key_);
  }

private:
  family_core& core_;
  const std::string& key_;
  bool ended_ = false;
};

caf::expected<handle> family_core::create(const std::string& key) {
  auto turn = creation_turn{*this, key};
  auto result = make_bearer(key);
  auto gone = std::vector<handle>{};
  auto done = creation_map::node_type{};
  {
    const auto guard = std::lock_guard{mutex_};
    // First: if anything throws now, then the waiting ones learn it, too.
    done = turn.end();
    if (result)
      result = take_in(key, *result, gone);
  }
  close(gone);
  done.mapped().promise.set_value(result);
  return result;
}

caf::expected<handle> family_core::make_bearer(const std::string& key) const {
  try {
    auto options = options_;
    options.name.append("/").append(key);
    return spawn(sys_, make_source_(key), settings_.renewal,
                 std::move(options));
  } catch (const std::exception& ex) {
    return thrown(quote_foreign(ex.what(), max_quote, text_end::head, {}));
  } catch (...) {
    // pthread_exit and pthread_cancel unwind without an exception of C++, and
    // must go on.
    if (!std::current_exception())
      throw;
    return thrown("something that is no std::exception");
  }
}

caf::expected<handle> family_core::take_in(const std::string& key,
                                           handle bearer,
                                           std::vector<handle>& gone) {
  if (ended_) {
    gone.push_back(std::move(bearer));
    return caf::make_error(errc::stopped);
  }
  // There was room before, or somebody to make it.
  if (!make_room(gone)) {
    gone.push_back(std::move(bearer));
    return refuse();
  }
  members_.push_back({key, bearer});
  index_.emplace(members_.back().key, std::prev(members_.end()));
  ++created_;
  return bearer;
}

handle family_core::find(std::string_view key, std::vector<handle>& gone) {
  const auto i = index_.find(key);
  if (i == index_.end())
    return handle{};
  const auto found = i->second;
  if (found->bearer.has_ended()) {
    take_out(found, gone);
    return handle{};
  }
  found->used = true;
  members_.splice(members_.end(), members_, found);
  return found->bearer;
}

// -- letting bearers go -------------------------------------------------------

handle::use family_core::least_use() const {
  if (members_.size() < settings_.max_size)
    return handle::use::none;
  auto result = handle::use::certain;
  for (const auto& x : members_) {
    result = std::min(result, x.bearer.elsewhere());
    if (result == handle::use::none)
      break;
  }
  return result;
}

bool family_core::make_room(std::vector<handle>& gone) {
  if (members_.size() < settings_.max_size)
    return true;
  const auto spare
    = std::find_if(members_.begin(), members_.end(), [](const member& x) {
        return x.bearer.elsewhere() == handle::use::none;
      });
  if (spare == members_.end())
    return false;
  take_out(spare, gone);
  return true;
}

void family_core::take_out(member_list::iterator which,
                           std::vector<handle>& gone) {
  gone.push_back(std::move(which->bearer));
  index_.erase(which->key);
  members_.erase(which);
  ++evicted_;
}

caf::error family_core::refuse() {
  ++refused_;
  return caf::make_error(errc::family_full,
                         "all " + std::to_string(members_.size())
                           + " bearers of the family are in use");
}

bool family_core::look(steady_time now) {
  auto gone = std::vector<handle>{};
  {
    const auto guard = std::lock_guard{mutex_};
    if (ended_)
      return false;
    for (auto next = members_.begin(); next != members_.end();) {
      const auto current = next++;
      const auto in_use = current->bearer.elsewhere() != handle::use::none;
      // It may have been in use until just now.
      if (in_use || current->used) {
        current->last_use = now;
        current->used = in_use;
      } else if (now - current->last_use >= settings_.idle_time) {
        take_out(current, gone);
      }
    }
  }
  close(gone);
  return true;
}

group_end family_core::hand_over(const std::vector<handle>& bearers) const {
  auto caches = std::vector<cache_actor>{};
  caches.reserve(bearers.size());
  for (const auto& x : bearers)
    caches.push_back(x.actor());
  return internal::spawn_group_end(sys_, std::move(caches), keeper_);
}

void family_core::close(const std::vector<handle>& gone) const {
  if (gone.empty())
    return;
  // Nobody waits for a token of theirs; an attempt under way may end well.
  detail::anon_mail(hand_over(gone), close_atom_v,
                    settings_.renewal.refresh_request_timeout);
}

// -- the whole family ---------------------------------------------------------

std::pair<family_status, family_core::roll_type> family_core::roll() {
  const auto guard = std::lock_guard{mutex_};
  auto counters = family_status{};
  counters.created = created_;
  counters.evicted = evicted_;
  counters.refused = refused_;
  auto bearers = roll_type{};
  bearers.reserve(members_.size());
  for (const auto& x : members_)
    bearers.emplace_back(x.key, x.bearer.actor());
  return {std::move(counters), std::move(bearers)};
}

std::vector<handle> family_core::end() {
  const auto guard = std::lock_guard{mutex_};
  ended_ = true;
  auto result = std::vector<handle>{};
  result.reserve(members_.size());
  while (!members_.empty())
    take_out(members_.begin(), result);
  return result;
}

void family_core::stop() {
  for (const auto& x : end())
    x.stop();
  detail::anon_mail(keeper_, stop_atom_v);
}

} // namespace bearer::detail
