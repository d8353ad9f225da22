#include <bearer/detail/monitor.hpp>

#include "support/virtual_time.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <utility>
#include <vector>

using namespace bearer;
using namespace bearer::test;

namespace {

caf::behavior idle(caf::event_based_actor*) {
  return {[](int) {}};
}

/// Observes an actor from another one.
struct observation {
  template <class F>
  void begin(F on_down) {
    observer = time.sys().spawn([this, on_down](caf::event_based_actor* self) {
      watch = detail::monitor(self, whom, on_down);
      return idle(self);
    });
    time.settle();
  }

  void kill() {
    caf::anon_send_exit(whom, caf::exit_reason::kill);
    time.settle();
  }

  virtual_time time;
  caf::actor whom = time.sys().spawn(idle);
  caf::actor observer;
  detail::monitoring watch;
};

/// Whether nothing else keeps the memory of a dead actor.
bool is_last(const caf::weak_actor_ptr& whom) {
  return whom.get()->weak_refs == 1;
}

} // namespace

TEST_CASE("a monitor tells of the end and of the reason", "[monitor]") {
  observation o;
  auto reasons = std::vector<caf::error>{};
  o.begin([&](const caf::error& why) { reasons.push_back(why); });
  CHECK(reasons.empty());
  o.kill();
  REQUIRE(reasons.size() == 1);
  CHECK(reasons.front() == caf::exit_reason::kill);
}

TEST_CASE("a monitor of an actor that has ended tells at once", "[monitor]") {
  observation o;
  o.kill();
  auto called = 0;
  o.begin([&](const caf::error&) { ++called; });
  CHECK(called == 1);
}

TEST_CASE("a watch tells of the end and of the reason", "[monitor]") {
  observation o;
  auto reasons = std::vector<caf::error>{};
  auto note = [&](const caf::error& why) { reasons.push_back(why); };
  o.observer = o.time.sys().spawn([&](caf::event_based_actor* self) {
    detail::watch(self, o.whom, note);
    return idle(self);
  });
  o.time.settle();
  CHECK(reasons.empty());
  o.kill();
  REQUIRE(reasons.size() == 1);
  CHECK(reasons.front() == caf::exit_reason::kill);
  // Whoever ends first hears nothing any more.
  o.whom = o.time.sys().spawn(idle);
  o.observer = o.time.sys().spawn([&](caf::event_based_actor* self) {
    detail::watch(self, o.whom, note);
    return idle(self);
  });
  o.time.settle();
  o.observer = nullptr;
  o.time.settle();
  o.kill();
  CHECK(reasons.size() == 1);
}

TEST_CASE("a monitor that has ended is silent", "[monitor]") {
  observation o;
  auto called = 0;
  o.begin([&](const caf::error&) { ++called; });
  o.watch = {};
  o.time.settle();
  o.kill();
  CHECK(called == 0);
}

TEST_CASE("a monitor may end in its own action", "[monitor]") {
  observation o;
  auto called = 0;
  o.begin([&](const caf::error&) {
    o.watch = {};
    ++called;
  });
  o.kill();
  CHECK(called == 1);
}

TEST_CASE("a monitor that has ended leaves nothing at the actor it watched",
          "[monitor]") {
  observation o;
  auto kept = std::make_shared<int>();
  o.begin([kept](const caf::error&) {});
  CHECK(kept.use_count() > 1);
  const auto memory = caf::actor_cast<caf::weak_actor_ptr>(o.observer);
  o.watch = {};
  o.time.settle();
  o.observer = nullptr;
  o.time.settle();
  CHECK(kept.use_count() == 1);
  CHECK(is_last(memory));
}
