#include <bearer/detail/local_slot.hpp>

#include <caf/error.hpp>

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

namespace bearer::detail {

namespace {

/// How far `std::time` may be behind the exact clock: its resolution of a
/// second, and much more than the tick by which the kernel updates it.
constexpr auto coarseness = std::chrono::seconds{2};

bool is_system_clock(const wall_clock& clock) {
  using function = caf::timestamp (*)();
  const auto* target = clock.target<function>();
  return target != nullptr && *target == system_wall_clock;
}

} // namespace

local_slot::local_slot(wall_clock clock)
  : clock_(std::move(clock)), system_clock_(is_system_clock(clock_)) {
  // nop
}

// -- reading ------------------------------------------------------------------

local_slot::contents local_slot::load() const {
  const auto guard = std::lock_guard{mutex_};
  if (requested_)
    return {there_.version, {}, {}, 0};
  return there_;
}

std::optional<token> local_slot::hit(const fetch_options& opts) {
  if (opts.renew_required || opts.newer_than || validate(opts))
    return std::nullopt;
  auto found = load();
  if (found.current.access_token.empty())
    return std::nullopt;
  if (std::time(nullptr) >= found.surely_until && !usable(found))
    return std::nullopt;
  hits_.fetch_add(1, std::memory_order_relaxed);
  return std::move(found.current);
}

std::optional<local_slot::ends>
local_slot::end_of(const generation& what) const {
  const auto guard = std::lock_guard{mutex_};
  if (there_.current.access_token.empty() || there_.current.generation != what)
    return std::nullopt;
  return ends{there_.usable_until, steady_end_};
}

generation local_slot::rejected() const {
  const auto guard = std::lock_guard{mutex_};
  return {id_, floor_};
}

bool local_slot::renewal_required() const {
  auto end = caf::timestamp{};
  {
    const auto guard = std::lock_guard{mutex_};
    if (stopped_)
      return false;
    if (requested_ || there_.current.access_token.empty())
      return true;
    end = there_.usable_until;
  }
  return clock_() >= end;
}

bool local_slot::stopped() const {
  const auto guard = std::lock_guard{mutex_};
  return stopped_;
}

std::time_t local_slot::surely_until(caf::timestamp end) const noexcept {
  using std::chrono::floor;
  using std::chrono::seconds;
  // Time that a test has made up is nowhere near the kernel's.
  if (!system_clock_)
    return std::numeric_limits<std::time_t>::min();
  const auto whole = floor<seconds>(end.time_since_epoch()) - coarseness;
  return static_cast<std::time_t>(whole.count());
}

// -- writing ------------------------------------------------------------------

// The old token dies after the guard: wiping a secret is not for the lock.

void local_slot::publish(const token& what, caf::timestamp usable_until,
                         steady_time steady_end) {
  auto old = token{};
  const auto guard = std::lock_guard{mutex_};
  old = std::exchange(there_.current, what);
  there_.usable_until = usable_until;
  there_.surely_until = surely_until(usable_until);
  steady_end_ = steady_end;
  id_ = what.generation.id;
  newest_.store(what.generation.count, std::memory_order_release);
  requested_.store(false, std::memory_order_release);
  if (refused())
    take_out();
  changed();
}

void local_slot::withdraw() {
  auto old = token{};
  const auto guard = std::lock_guard{mutex_};
  old = take_out();
  changed();
}

bool local_slot::reject(const generation& what) {
  auto old = token{};
  const auto guard = std::lock_guard{mutex_};
  if (note_repeat(what))
    return false;
  // The cache judges those that are unknown.
  if (what.id != id_ || what.count > newest_ || what.count <= floor_)
    return true;
  // Also if the token has been withdrawn: it may come back.
  floor_ = what.count;
  if (refused())
    old = take_out();
  changed();
  return true;
}

bool local_slot::count_repeat(const generation& what) {
  const auto guard = std::lock_guard{mutex_};
  return note_repeat(what);
}

bool local_slot::note_repeat(const generation& what) noexcept {
  if (stopped_ || what.id != id_ || what.count == 0 || what.count > settled_)
    return false;
  if (what.count < newest_)
    ++repeats_.stale_rejections;
  else
    ++(in_flight_ ? repeats_.coalesced : repeats_.rate_limited);
  return true;
}

void local_slot::settle_rejection(std::uint64_t count) {
  const auto guard = std::lock_guard{mutex_};
  settled_ = std::max(settled_, count);
}

void local_slot::set_in_flight(bool value) {
  const auto guard = std::lock_guard{mutex_};
  in_flight_ = value;
}

events::suppressed local_slot::take_repeats() {
  const auto guard = std::lock_guard{mutex_};
  return std::exchange(repeats_, {});
}

void local_slot::raise_floor(std::uint64_t count) {
  auto old = token{};
  const auto guard = std::lock_guard{mutex_};
  if (count <= floor_)
    return;
  floor_ = count;
  if (refused())
    old = take_out();
  changed();
}

void local_slot::request_renewal() {
  const auto guard = std::lock_guard{mutex_};
  requested_ = true;
  changed();
}

void local_slot::stop() {
  auto old = token{};
  const auto guard = std::lock_guard{mutex_};
  stopped_ = true;
  old = take_out();
  changed();
}

void local_slot::vanish() {
  stop();
  gone_ = true;
}

token local_slot::take_out() noexcept {
  // Readers look at nothing else before they use the token.
  there_.surely_until = 0;
  return std::exchange(there_.current, token{});
}

void local_slot::changed() noexcept {
  version_.store(++there_.version, std::memory_order_release);
}

} // namespace bearer::detail
