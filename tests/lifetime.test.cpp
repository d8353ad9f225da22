#include <bearer/source/function_source.hpp>

#include "support/real_sources.hpp"
#include "support/scene.hpp"

#include <caf/scoped_actor.hpp>

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// A promise for the end of an actor.
template <class Handle>
signal end_of(const Handle& hdl) {
  auto result = signal{};
  hdl->attach_functor([result](const caf::error&) mutable { result.set(); });
  return result;
}

/// The refresher, as the sender of delegated answers.
caf::actor refresher_of(const handle& bearer) {
  caf::scoped_actor self{bearer.actor().home_system()};
  auto result = caf::actor{};
  detail::mail(self.ptr(), status_atom_v)
    .request(bearer.actor(), patience)
    .receive(
      [&](const status&) {
        result = caf::actor_cast<caf::actor>(self->current_sender());
      },
      [](const caf::error&) { /* shows in the result */ });
  return result;
}

} // namespace

TEST_CASE("dropping the last handle ends every actor of the bearer",
          "[lifetime]") {
  real_system real;
  auto source = ready_source(real.sys, expiring_token());
  auto source_ended = end_of(source.fetcher());
  auto bearer = *spawn(real.sys, std::exchange(source, any_source{}));
  REQUIRE(bearer.fetch());
  auto copy = bearer;
  auto cache_ended = end_of(bearer.actor());
  auto refresher_ended = end_of(refresher_of(bearer));
  bearer = handle{};
  CHECK(copy.fetch());
  copy = handle{};
  CHECK(cache_ended.wait());
  CHECK(refresher_ended.wait());
  // Nobody else held the source.
  CHECK(source_ended.wait());
}

TEST_CASE("dropping the last handle during an attempt ends every actor",
          "[lifetime]") {
  real_system real;
  signal called;
  auto bearer = *spawn(real.sys, silent_source(real.sys, called));
  auto waiting = test::fetch(bearer);
  REQUIRE(called.wait());
  auto cache_ended = end_of(bearer.actor());
  auto refresher_ended = end_of(refresher_of(bearer));
  auto source_ended = end_of(bearer.wrapped());
  bearer = handle{};
  CHECK(cache_ended.wait());
  CHECK(refresher_ended.wait());
  CHECK(source_ended.wait());
}

TEST_CASE("after the last handle the number of actors is what it was before",
          "[lifetime]") {
  virtual_time time;
  scripted_source source{time.sys()};
  time.settle();
  const auto before = time.running();
  const auto enter = std::vector<std::function<void(handle&)>>{
    [](handle&) { /* never started */ },
    [&](handle& b) {
      source.replies_with(make_token("for-ever"));
      test::fetch(b);
    },
    [&](handle& b) {
      source.stays_silent();
      test::fetch(b);
      test::fetch(b, synchronous());
    },
    [&](handle& b) {
      source.replies_with(caf::make_error(errc::command_failed));
      test::fetch(b);
    },
    [&](handle& b) {
      source.stays_silent();
      test::fetch(b);
      detail::anon_mail(b.actor(), close_atom_v, caf::timespan{1h});
    },
    [&](handle& b) { b.stop(); },
  };
  for (std::size_t i = 0; i < enter.size(); ++i) {
    CAPTURE(i);
    {
      auto bearer = *spawn(time.sys(), source.actor(), exact(),
                           {"x", {}, time.clock()});
      event_log log{bearer};
      enter[i](bearer);
      time.settle();
      CHECK(time.running() > before);
    }
    time.settle();
    CHECK(time.running() == before);
    CHECK(time.timers() == 0);
  }
}

TEST_CASE("a bearer without handles is kept running by a living receiver",
          "[lifetime]") {
  real_system real;
  signal called;
  signal release;
  auto bearer = *spawn(real.sys, function_source(real.sys, [=]() mutable {
                         called.set();
                         release.wait();
                         return make_token("late");
                       }));
  auto receiver = bearer.receiver();
  bearer = handle{};
  caf::scoped_actor self{real.sys};
  auto pending = detail::mail(self.ptr(), fetch_atom_v, fetch_options{})
                   .request(receiver, patience);
  REQUIRE(called.wait());
  release.set();
  auto got = std::string{};
  std::move(pending).receive(
    [&](const token& tok) { got = std::string{tok.access_token.view()}; },
    [&](const caf::error& err) { got = to_string(err); });
  CHECK(got == "late");
}

TEST_CASE("a fetch that waits does not keep its receiver", "[lifetime]") {
  scene s;
  s.source.stays_silent();
  auto receiver = s.bearer.receiver();
  auto ended = end_of(receiver);
  auto waiting = test::fetch(s.time.sys(), receiver);
  s.time.settle();
  CHECK_FALSE(ended.is_set());
  receiver = nullptr;
  s.time.settle();
  CHECK(ended.is_set());
  // The caller gets its answer all the same.
  s.source.answer(0, make_token("late"));
  s.time.settle();
  CHECK(waiting.value().access_token.view() == "late");
}
