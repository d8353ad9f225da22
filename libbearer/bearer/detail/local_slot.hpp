#pragma once

#include <bearer/event.hpp>
#include <bearer/fetch_options.hpp>
#include <bearer/generation.hpp>
#include <bearer/token.hpp>
#include <bearer/wall_clock.hpp>

#include <caf/actor_clock.hpp>
#include <caf/timestamp.hpp>

#include <atomic>
#include <cstdint>
#include <ctime>
#include <mutex>
#include <optional>

namespace bearer::detail {

/// What a bearer shares with those of its actor system who want to know the
/// token without a message: a copy of what the cache would hand out.
///
/// The refresher publishes here before it tells the cache and answers anybody,
/// so that nobody reads older than he was given, whichever way he goes, and
/// withdraws here after that. The cache notes what ends a token on its side.
/// Handles note their caller's wishes, which also go to the cache as messages,
/// so that he sees them at once. All members may be called from any thread.
class local_slot {
public:
  using steady_time = caf::actor_clock::time_point;

  /// The end of a token on both clocks, of which the earlier one counts: no
  /// step of the wall clock makes it live longer. `never` and the maximum if it
  /// has none.
  struct ends {
    caf::timestamp wall;
    steady_time steady;
  };

  /// A copy of what is there, for one reader.
  struct contents {
    /// What `version()` said at that time.
    std::uint64_t version = 0;

    /// Empty if there is nothing to hand out.
    token current;

    /// The end of the token on the wall clock.
    caf::timestamp usable_until;

    /// As long as `std::time` is below this, there is a token and it is good,
    /// without a look at the exact clock, which takes several times as long.
    std::time_t surely_until = 0;
  };

  explicit local_slot(wall_clock clock);

  local_slot(const local_slot&) = delete;

  local_slot& operator=(const local_slot&) = delete;

  ~local_slot() = default;

  // -- reading ----------------------------------------------------------------

  /// Changes with the contents. To be compared only: it lives in a cache line
  /// that is written as seldom as that.
  std::uint64_t version() const noexcept {
    // Nothing but the number is read on the strength of this; the contents are
    // guarded by the mutex. Whoever learned of a change in another way, by a
    // message say, cannot see an older number any more.
    return version_.load(std::memory_order_relaxed);
  }

  /// The highest count published so far, in the same cache line. The cache
  /// hands out nothing older: the publication may be on its way there.
  std::uint64_t newest() const noexcept {
    return newest_.load(std::memory_order_relaxed);
  }

  contents load() const;

  /// Whether the exact clock is before the end of `what`.
  bool usable(const contents& what) const {
    return clock_() < what.usable_until;
  }

  /// What the cache would answer this fetch at once, if so. Counts as a hit.
  std::optional<token> hit(const fetch_options& opts);

  /// The wall clock that tokens end by.
  caf::timestamp now() const {
    return clock_();
  }

  /// The end of the token of this generation; none unless it is the one to hand
  /// out, or would be but for a requested renewal.
  std::optional<ends> end_of(const generation& what) const;

  /// The newest generation that was rejected; count 0 if none was.
  generation rejected() const;

  /// Whether a renewal was requested and nothing was published since. What was
  /// has its number then.
  bool renewal_requested() const noexcept {
    return requested_.load(std::memory_order_acquire);
  }

  /// Whether a renewal was requested, or there is no usable token. False after
  /// the end.
  bool renewal_required() const;

  /// Whether the cache has ended and answers nobody any more.
  bool gone() const noexcept {
    return gone_;
  }

  /// Whether nothing will ever be handed out again.
  bool stopped() const;

  /// Whether a fetch that went on to the refresher has no answer yet. To be
  /// relied on only by who knows that the cache is at rest.
  bool awaited() const noexcept {
    return answered_ < handed_over_;
  }

  // -- writing ----------------------------------------------------------------

  /// For the refresher: there is a token to hand out. Ends the request for a
  /// renewal. It withdraws the token at the steady end, so that nobody who
  /// reads here has to look at that clock.
  void publish(const token& what, caf::timestamp usable_until,
               steady_time steady_end = steady_time::max());

  /// For the refresher: there is none any more.
  void withdraw();

  /// For the cache: tokens up to this count were rejected. They are hidden, now
  /// and when they are published again.
  void raise_floor(std::uint64_t count);

  /// For handles: the same, provided that this generation is current.
  /// @returns whether the cache has to be told.
  bool reject(const generation& what);

  /// Counts a rejection if the refresher has processed another one that says as
  /// much, so that nobody has to be told.
  /// @returns whether this is so.
  bool count_repeat(const generation& what);

  /// For the refresher: has processed a rejection of this count, which the
  /// cache had processed before.
  void settle_rejection(std::uint64_t count);

  /// For the refresher: whether an attempt is under way.
  void set_in_flight(bool value);

  /// For the refresher: the repeats that were counted since the last call.
  events::suppressed take_repeats();

  /// Hides the token until the next publication.
  void request_renewal();

  /// Hides the token for good.
  void stop();

  /// The cache has ended.
  void vanish();

  /// For the cache: hands another fetch over to the refresher.
  void hand_over() noexcept {
    ++handed_over_;
  }

  /// For the refresher: answers one of them.
  void count_answer() noexcept {
    ++answered_;
  }

  /// For the cache: the refresher is gone. Whom it has not answered is told so.
  void abandon() noexcept {
    answered_ = handed_over_.load();
  }

  // -- counting ---------------------------------------------------------------

  /// Fetches answered here.
  std::uint64_t hits() const noexcept {
    return hits_.load(std::memory_order_relaxed);
  }

  /// Reads that gave a token, as far as the readers have told.
  std::uint64_t fast_reads() const noexcept {
    return fast_reads_.load(std::memory_order_relaxed);
  }

  void add_fast_reads(std::uint64_t n) noexcept {
    fast_reads_.fetch_add(n, std::memory_order_relaxed);
  }

private:
  /// Whether the token must not be handed out, now or ever.
  bool refused() const noexcept {
    return stopped_ || there_.current.generation.count <= floor_;
  }

  /// Does what `count_repeat` does, under the mutex.
  bool note_repeat(const generation& what) noexcept;

  /// Leaves nothing to hand out, under the mutex.
  token take_out() noexcept;

  /// To be called after every change, under the mutex.
  void changed() noexcept;

  /// What `contents::surely_until` is for a token with this end.
  std::time_t surely_until(caf::timestamp end) const noexcept;

  // What readers look at all the time, up to the numbers, lies where nobody
  // writes but for changes, by a cache line at least to either side.
  contents there_{1, {}, {}, 0};
  std::atomic<std::uint64_t> version_ = 1;
  std::atomic<std::uint64_t> newest_ = 0;
  const wall_clock clock_;
  steady_time steady_end_;
  std::uint64_t floor_ = 0;

  /// The highest rejected count that the refresher knows from the cache.
  std::uint64_t settled_ = 0;

  // Of the bearer, known from its first publication on.
  std::uint64_t id_ = 0;

  const bool system_clock_;
  std::atomic<bool> gone_ = false;
  std::atomic<bool> requested_ = false;
  bool stopped_ = false;
  bool in_flight_ = false;

  // From here on what is written more often.
  mutable std::mutex mutex_;
  events::suppressed repeats_;
  std::atomic<std::uint64_t> hits_ = 0;
  std::atomic<std::uint64_t> fast_reads_ = 0;

  // Written on misses alone.
  std::atomic<std::uint64_t> handed_over_ = 0;
  std::atomic<std::uint64_t> answered_ = 0;
};

} // namespace bearer::detail
