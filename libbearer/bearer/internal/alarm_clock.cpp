#include <bearer/detail/caf_compat.hpp>
#include <bearer/internal/alarm_clock.hpp>
#include <bearer/type_ids.hpp>

#include <caf/actor_cast.hpp>
#include <caf/actor_registry.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/spawn_options.hpp>

#include <vector>

namespace bearer::internal {

namespace {

/// The alarm clock of an actor system, as long as some bearer has it.
struct known_clock {
  caf::weak_actor_ptr system;
  std::weak_ptr<alarm_clock> clock;
};

/// An actor that each actor system has one of. Unlike the system's address, its
/// own is not used again as long as somebody remembers it.
caf::weak_actor_ptr mark_of(caf::actor_system& sys) {
  const auto mark = sys.registry().get<caf::strong_actor_ptr>("SpawnServ");
  return caf::actor_cast<caf::weak_actor_ptr>(mark);
}

/// Understands actions alone.
caf::behavior silent(caf::event_based_actor* self) {
  detail::ignore_errors(self);
  return {[](stop_atom) {}};
}

void tell(const caf::weak_actor_ptr& whom, const caf::action& what) {
  if (auto ptr = whom.lock())
    detail::anon_mail(caf::actor_cast<caf::actor>(ptr), what);
}

} // namespace

std::shared_ptr<alarm_clock> alarm_clock::of(caf::actor_system& sys) {
  // Never destroyed: bearers may come and go until the process has ended.
  static auto& mutex = *new std::mutex;
  static auto& all = *new std::vector<known_clock>;
  const auto mark = mark_of(sys);
  const auto guard = std::lock_guard{mutex};
  std::erase_if(all, [](const auto& x) { return x.clock.expired(); });
  for (const auto& one : all)
    if (mark && one.system == mark)
      if (auto result = one.clock.lock())
        return result;
  auto result = std::make_shared<alarm_clock>(sys.clock(),
                                              sys.spawn<caf::hidden>(silent));
  all.push_back({mark, result});
  return result;
}

alarm_clock::alarm_clock(caf::actor_clock& clock, caf::actor bell)
  : clock_(clock), bell_(std::move(bell)) {
  // nop
}

alarm_clock::~alarm_clock() {
  armed_.dispose();
}

alarm_clock::key alarm_clock::set(steady_time when, caf::weak_actor_ptr whom,
                                  caf::action what) {
  auto result = key{when, 0};
  {
    const auto guard = std::lock_guard{mutex_};
    result.second = ++last_;
    timers_.emplace(result, entry{std::move(whom), std::move(what)});
  }
  try {
    arm();
  } catch (...) {
    clear(result);
    throw;
  }
  return result;
}

void alarm_clock::clear(const key& which) noexcept {
  // What is forgotten dies after the guard.
  auto forgotten = decltype(timers_)::node_type{};
  auto needless = caf::disposable{};
  const auto guard = std::lock_guard{mutex_};
  forgotten = timers_.extract(which);
  // Otherwise CAF's clock may wake us too early, which does no harm.
  if (timers_.empty()) {
    disarm();
    needless = std::exchange(armed_, {});
    needless.dispose();
  }
}

void alarm_clock::disarm() noexcept {
  armed_for_ = steady_time::max();
  ++armings_;
}

void alarm_clock::arm() {
  {
    const auto guard = std::lock_guard{mutex_};
    if (armed())
      return;
  }
  // What may fail comes before others rely on it.
  auto wake = wake_bell();
  auto when = steady_time{};
  auto number = std::uint64_t{0};
  {
    const auto guard = std::lock_guard{mutex_};
    if (armed())
      return;
    when = timers_.begin()->first.first;
    armed_for_ = when;
    number = ++armings_;
  }
  auto timer = tell_clock(when, std::move(wake));
  {
    const auto guard = std::lock_guard{mutex_};
    // Otherwise it has rung, or somebody else has told the clock more since.
    if (number == armings_)
      std::swap(armed_, timer);
  }
  timer.dispose();
}

bool alarm_clock::armed() const noexcept {
  return timers_.empty() || timers_.begin()->first.first >= armed_for_;
}

caf::action alarm_clock::wake_bell() {
  auto ring = caf::make_action([weak = weak_from_this()] {
    if (auto self = weak.lock())
      self->ring();
  });
  auto whom = caf::actor_cast<caf::weak_actor_ptr>(bell_);
  return caf::make_action([=] { tell(whom, ring); });
}

// Without the mutex: a clock whose queue is full makes us wait.
caf::disposable alarm_clock::tell_clock(steady_time when,
                                        caf::action what) noexcept {
  return clock_.schedule(when, std::move(what));
}

void alarm_clock::ring() noexcept {
  auto due = decltype(timers_){};
  {
    const auto guard = std::lock_guard{mutex_};
    disarm();
    const auto now = clock_.now();
    while (!timers_.empty() && timers_.begin()->first.first <= now)
      due.insert(due.end(), timers_.extract(timers_.begin()));
  }
  // First: actors may end with what they are told, and take their time.
  arm();
  for (const auto& [when, timer] : due)
    tell(timer.whom, timer.what);
}

} // namespace bearer::internal
