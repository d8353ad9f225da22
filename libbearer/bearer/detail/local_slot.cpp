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
  auto result = contents{};
  const auto guard = std::lock_guard{mutex_};
  result.version = version_.load(std::memory_order_relaxed);
  if (hidden() || current_.access_token.empty())
    return result;
  result.current = current_;
  result.usable_until = usable_until_;
  result.surely_until = surely_until(usable_until_);
  return result;
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

bool local_slot::renewal_required() const {
  const auto guard = std::lock_guard{mutex_};
  if (stopped_)
    return false;
  return requested_ || current_.access_token.empty()
         || clock_() >= usable_until_;
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

// A token that goes leaves the lock first: the last copy of a secret is wiped.

void local_slot::publish(const token& what, caf::timestamp usable_until) {
  auto old = token{};
  const auto guard = std::lock_guard{mutex_};
  requested_ = false;
  old = std::exchange(current_, what);
  usable_until_ = usable_until;
  drop_rejected();
  changed();
}

void local_slot::withdraw() {
  auto old = token{};
  const auto guard = std::lock_guard{mutex_};
  old = std::exchange(current_, token{});
  changed();
}

void local_slot::reject(const generation& what) {
  auto old = token{};
  const auto guard = std::lock_guard{mutex_};
  // The cache judges those that are unknown or have been replaced.
  if (current_.access_token.empty() || what != current_.generation)
    return;
  floor_ = std::max(floor_, what.count);
  old = drop_rejected();
  changed();
}

void local_slot::raise_floor(std::uint64_t count) {
  auto old = token{};
  const auto guard = std::lock_guard{mutex_};
  if (count <= floor_)
    return;
  floor_ = count;
  old = drop_rejected();
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
  old = std::exchange(current_, token{});
  changed();
}

void local_slot::vanish() {
  stop();
  gone_ = true;
}

token local_slot::drop_rejected() {
  if (current_.generation.count > floor_ && !stopped_)
    return {};
  return std::exchange(current_, token{});
}

void local_slot::changed() noexcept {
  version_.fetch_add(1, std::memory_order_release);
}

} // namespace bearer::detail
