#include "support/virtual_time.hpp"

#include <caf/actor_registry.hpp>
#include <caf/config.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>

#if CAF_MAJOR_VERSION >= 1
#  include <caf/test/context.hpp>
#  include <caf/test/fixture/deterministic.hpp>
#  include <caf/test/reporter.hpp>
#else
#  include <caf/actor_system_config.hpp>
#  include <caf/scheduler/test_coordinator.hpp>
#endif

namespace bearer::test {

namespace {

using steady_time = caf::actor_clock::time_point;

#if CAF_MAJOR_VERSION >= 1

/// CAF's fixture reports through a global reporter, which must exist before and
/// know of a test, or else it throws wherever CAF prints a warning.
struct reporter_guard {
  reporter_guard() : instance(caf::test::reporter::make_default()) {
    caf::test::reporter::instance(instance.get());
    instance->begin_test(std::make_shared<caf::test::context>(), "");
  }

  ~reporter_guard() {
    caf::test::reporter::instance(nullptr);
  }

  std::unique_ptr<caf::test::reporter> instance;
};

class deterministic_system {
public:
  caf::actor_system& sys() {
    return fixture_.sys;
  }

  void settle() {
    fixture_.dispatch_messages();
  }

  std::size_t ready() {
    return fixture_.mail_count();
  }

  void deliver_one(std::size_t) {
    fixture_.dispatch_message();
  }

  steady_time now() {
    return fixture_.sys.clock().now();
  }

  std::size_t timers() {
    return fixture_.num_timeouts();
  }

  std::optional<steady_time> next_timer() {
    if (timers() == 0)
      return std::nullopt;
    return fixture_.next_timeout();
  }

  /// Moves the clock to `when` and runs what is due then.
  void set(steady_time when) {
    if (when > now())
      fixture_.advance_time(when - now());
    // CAF leaves some that are due at the very same time.
    for (auto next = next_timer(); next && *next <= now(); next = next_timer())
      fixture_.trigger_timeout();
  }

private:
  reporter_guard reporter_;
  caf::test::fixture::deterministic fixture_;
};

#else

class deterministic_system {
public:
  deterministic_system() : sys_(configure(cfg_)) {
    // nop
  }

  caf::actor_system& sys() {
    return sys_;
  }

  void settle() {
    scheduler().run();
  }

  std::size_t ready() {
    return scheduler().jobs.size();
  }

  void deliver_one(std::size_t place) {
    auto& jobs = scheduler().jobs;
    const auto chosen = jobs.begin() + static_cast<std::ptrdiff_t>(place);
    std::rotate(jobs.begin(), chosen, chosen + 1);
    scheduler().run_once();
  }

  steady_time now() {
    return clock().current_time;
  }

  std::size_t timers() {
    return static_cast<std::size_t>(
      std::count_if(clock().schedule.begin(), clock().schedule.end(),
                    [](auto& kvp) { return !kvp.second.f.disposed(); }));
  }

  std::optional<steady_time> next_timer() {
    for (auto& [when, entry] : clock().schedule)
      if (!entry.f.disposed())
        return when;
    return std::nullopt;
  }

  /// Moves the clock to `when` and runs what is due then.
  void set(steady_time when) {
    clock().advance_time(std::max(when - now(), caf::timespan::zero()));
  }

private:
  static caf::actor_system_config& configure(caf::actor_system_config& cfg) {
    cfg.set("caf.scheduler.policy", "testing");
    return cfg;
  }

  caf::scheduler::test_coordinator& scheduler() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(sys_.scheduler());
  }

  caf::detail::test_actor_clock& clock() {
    return scheduler().clock();
  }

  caf::actor_system_config cfg_;
  caf::actor_system sys_;
};

#endif

} // namespace

class virtual_time::impl {
public:
  impl() : start(system.now()) {
    // nop
  }

  deterministic_system system;
  steady_time start;

  /// Shared with the clocks given away, which may outlive the test's actors.
  std::shared_ptr<std::atomic<caf::timestamp::rep>> wall
    = std::make_shared<std::atomic<caf::timestamp::rep>>(
      std::chrono::nanoseconds{std::chrono::hours{24 * 365 * 30}}.count());

  void set(steady_time when) {
    *wall += std::max(when - system.now(), caf::timespan::zero()).count();
    system.set(when);
  }
};

virtual_time::virtual_time() : impl_(std::make_unique<impl>()) {
  // nop
}

virtual_time::~virtual_time() {
  settle();
}

caf::actor_system& virtual_time::sys() {
  return impl_->system.sys();
}

void virtual_time::settle() {
  impl_->system.settle();
}

void virtual_time::advance(caf::timespan by) {
  settle();
  const auto end = impl_->system.now() + by;
  for (;;) {
    const auto next = impl_->system.next_timer();
    if (!next || *next > end)
      break;
    impl_->set(*next);
    settle();
  }
  if (end > impl_->system.now())
    impl_->set(end);
  settle();
}

std::size_t virtual_time::ready() const {
  return impl_->system.ready();
}

void virtual_time::deliver_one(std::size_t place) {
  impl_->system.deliver_one(place);
}

void virtual_time::pass(caf::timespan by) {
  impl_->set(impl_->system.now() + by);
}

std::optional<caf::timespan> virtual_time::next_timer() const {
  if (auto when = impl_->system.next_timer())
    return *when - impl_->start;
  return std::nullopt;
}

caf::timespan virtual_time::elapsed() const {
  return impl_->system.now() - impl_->start;
}

caf::timestamp virtual_time::wall() const {
  return caf::timestamp{caf::timespan{impl_->wall->load()}};
}

wall_clock virtual_time::clock() const {
  return [wall = impl_->wall] {
    return caf::timestamp{caf::timespan{wall->load()}};
  };
}

void virtual_time::jump_wall(caf::timespan by) {
  *impl_->wall += by.count();
}

std::size_t virtual_time::timers() const {
  return impl_->system.timers();
}

std::size_t virtual_time::running() const {
  return impl_->system.sys().registry().running();
}

} // namespace bearer::test
