#include "support/scene.hpp"

#include <caf/scoped_actor.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <random>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// The position of each event's kind in `event::what`.
std::vector<std::size_t> kinds(const event_log& log) {
  auto result = std::vector<std::size_t>{};
  for (const auto& one : log.all())
    result.push_back(one.what.index());
  return result;
}

constexpr std::size_t state = 0;
constexpr std::size_t started = 1;
constexpr std::size_t ended = 2;
constexpr std::size_t published = 3;
constexpr std::size_t rejected = 4;
constexpr std::size_t suppressed = 5;
constexpr std::size_t withdrawn = 6;
constexpr std::size_t stopped = 7;

using order = std::vector<std::size_t>;

void subscribe(scene& s, const event_listener& who) {
  detail::anon_mail(s.bearer.actor(), subscribe_atom_v, who);
  s.time.settle();
}

void unsubscribe(scene& s, const event_listener& who) {
  detail::anon_mail(s.bearer.actor(), unsubscribe_atom_v, who);
  s.time.settle();
}

} // namespace

TEST_CASE("subscribers see the whole life of a bearer in order", "[I20]") {
  scene s;
  event_log log{s.bearer};
  s.gives(100s);
  auto gen = s.fetch().value().generation;
  s.time.advance(10s);
  s.fails();
  s.reject(gen);
  s.gives(100s);
  s.time.advance(1s);
  s.fails();
  s.time.advance(100s);
  s.stop();
  const auto seen = kinds(log);
  const auto begin = order{state,   started, ended,   published, rejected,
                           started, ended,   started, ended,     published};
  REQUIRE(seen.size() > begin.size());
  CHECK(order(seen.begin(),
              seen.begin() + static_cast<std::ptrdiff_t>(begin.size()))
        == begin);
  CHECK(seen.back() == stopped);
  CHECK(log.of<events::withdrawn>().size() == 1);
  CHECK(log.of<events::stopped>().size() == 1);
  for (std::size_t i = 1; i < log.all().size(); ++i)
    CHECK(log.all()[i - 1].at <= log.all()[i].at);
}

TEST_CASE("the events of an attempt tell what happened", "[I20]") {
  scene s;
  s.fetch();
  event_log log{s.bearer};
  s.source.answer(0, make_transient(caf::make_error(errc::busy), 3s));
  s.time.settle();
  s.gives(100s);
  s.fetch();
  s.time.advance(3s);
  REQUIRE(kinds(log)
          == order{state, ended, suppressed, started, ended, published});
  const auto ends = log.of<events::attempt_ended>();
  CHECK(ends[0].number == 1);
  CHECK(ends[0].how == events::outcome::failed);
  CHECK(ends[0].error == errc::transient_failure);
  CHECK_FALSE(ends[0].permanent);
  CHECK(ends[0].next_attempt_in == 3s);
  const auto start = log.of<events::attempt_started>().front();
  CHECK(start.number == 2);
  CHECK(start.reason == attempt_reason::first);
  CHECK(start.waiters == 2);
  CHECK(ends[1].number == 2);
  CHECK(ends[1].how == events::outcome::renewed);
  CHECK_FALSE(ends[1].error);
  CHECK(ends[1].next_attempt_in == 90s);
  const auto news = log.of<events::published>().front();
  CHECK(news.generation == s.status().current);
  CHECK(news.lifetime == 100s);
  CHECK(log.of<events::suppressed>().front() == events::suppressed{0, 0, 1});
}

TEST_CASE("a permanent failure and an unchanged token are told as such",
          "[I20]") {
  scene s;
  s.fails(make_permanent(caf::make_error(errc::command_failed)));
  s.bearer.prefetch();
  event_log log{s.bearer};
  s.time.settle();
  CHECK(log.of<events::attempt_ended>().at(0).permanent);
  CHECK(log.of<events::attempt_ended>().at(0).next_attempt_in == 1min);
  s.source.replies_with(make_token("constant"));
  s.time.advance(1min);
  s.fetch(forced());
  s.time.advance(1s);
  const auto ends = log.of<events::attempt_ended>();
  REQUIRE(ends.size() == 3);
  CHECK(ends[1].how == events::outcome::renewed);
  CHECK(ends[2].how == events::outcome::unchanged);
  CHECK(log.of<events::published>().size() == 1);
  CHECK_FALSE(log.of<events::published>().front().lifetime);
}

TEST_CASE("published generations grow strictly and end at the latest, whatever "
          "happens",
          "[I20][I3]") {
  const auto seed = GENERATE(range(1U, 21U));
  CAPTURE(seed);
  auto random = std::mt19937{seed};
  scene s;
  s.source.replies([&](const attempt&) -> scripted_source::reply {
    switch (random() % 4) {
      case 0:
        return caf::make_error(errc::command_failed);
      case 1:
        return make_token("constant", s.time.wall(), 30s);
      default:
        return s.fresh(30s);
    }
  });
  event_log log{s.bearer};
  for (int i = 0; i < 200; ++i) {
    s.fetch(within(1s));
    if (random() % 3 == 0)
      s.bearer.request_renewal();
    if (auto current = s.status().current; current && random() % 3 == 0)
      s.reject(*current);
    s.time.advance(std::chrono::milliseconds{random() % 5000});
  }
  s.gives(100s);
  s.time.advance(2min);
  const auto news = log.of<events::published>();
  REQUIRE(news.size() > 10);
  for (std::size_t i = 1; i < news.size(); ++i)
    CHECK(news[i - 1].generation.count < news[i].generation.count);
  CHECK(news.back().generation == s.status().current);
}

TEST_CASE("a new subscriber gets the current state first", "[I20]") {
  scene s;
  SECTION("never started") {
    event_log log{s.bearer};
    s.time.settle();
    REQUIRE(kinds(log) == order{state});
    CHECK(log.of<status>()[0].state == bearer_state::idle);
  }
  SECTION("during an attempt") {
    s.fetch();
    event_log log{s.bearer};
    s.time.settle();
    REQUIRE(kinds(log) == order{state});
    CHECK(log.of<status>()[0].state == bearer_state::attempting);
    CHECK(log.of<status>()[0].waiters == 1);
  }
  SECTION("with a token") {
    s.gives(100s);
    auto gen = s.fetch().value().generation;
    event_log log{s.bearer};
    s.time.settle();
    REQUIRE(kinds(log) == order{state});
    CHECK(log.of<status>()[0].state == bearer_state::scheduled);
    CHECK(log.of<status>()[0].current == gen);
    CHECK(log.of<status>()[0].next_attempt_in == 90s);
    CHECK(log.all()[0].at == s.time.wall());
  }
}

TEST_CASE("subscribing starts no work", "[I20]") {
  scene s;
  event_log log{s.bearer};
  s.time.advance(1h);
  CHECK(s.calls() == 0);
  CHECK(s.time.timers() == 0);
  CHECK(log.all().size() == 1);
}

TEST_CASE("subscribing again changes nothing", "[I20]") {
  scene s;
  event_log log{s.bearer};
  subscribe(s, log.listener());
  subscribe(s, log.listener());
  s.gives(100s);
  s.fetch();
  CHECK(kinds(log) == order{state, started, ended, published});
}

TEST_CASE("unsubscribing ends the events, and twice is once", "[I20]") {
  scene s;
  event_log log{s.bearer};
  event_log other{s.bearer};
  s.time.settle();
  unsubscribe(s, log.listener());
  unsubscribe(s, log.listener());
  s.gives(100s);
  s.fetch();
  CHECK(kinds(log) == order{state});
  CHECK(kinds(other) == order{state, started, ended, published});
  subscribe(s, log.listener());
  CHECK(kinds(log) == order{state, state});
}

TEST_CASE("a listener is not kept alive, and its end is nobody's concern",
          "[I20]") {
  scene s;
  event_log other{s.bearer};
  s.time.settle();
  const auto before = s.time.running();
  {
    event_log log{s.bearer};
    s.time.settle();
    CHECK(s.time.running() == before + 1);
  }
  s.time.settle();
  CHECK(s.time.running() == before);
  s.gives(100s);
  CHECK(s.fetch().done());
  CHECK(kinds(other) == order{state, started, ended, published});
}

TEST_CASE("a killed listener is forgotten, although its handle lives",
          "[I20]") {
  scene s;
  event_log log{s.bearer};
  event_log other{s.bearer};
  s.time.settle();
  caf::anon_send_exit(log.listener(), caf::exit_reason::kill);
  s.gives(100s);
  s.fetch();
  CHECK(kinds(other) == order{state, started, ended, published});
  // Nor does one do harm that was dead to begin with.
  subscribe(s, log.listener());
  s.time.advance(10s);
  s.fetch(forced());
  CHECK(kinds(other).size() == 7);
  CHECK(kinds(log) == order{state});
}

TEST_CASE("nobody cannot subscribe", "[I20]") {
  scene s;
  auto on = ask(s.time.sys(), s.bearer.actor(), subscribe_atom_v,
                event_listener{});
  auto off = ask(s.time.sys(), s.bearer.actor(), unsubscribe_atom_v,
                 event_listener{});
  s.time.settle();
  CHECK(on->size() == 1);
  CHECK(off->size() == 1);
  s.gives(100s);
  CHECK(s.fetch().done());
  s.stop();
  on = ask(s.time.sys(), s.bearer.actor(), subscribe_atom_v, event_listener{});
  s.time.settle();
  CHECK(on->size() == 1);
}

TEST_CASE("a listener that takes nothing in affects nobody", "[I20]") {
  scene s;
  // Events pile up in the mailbox of an actor that does not run.
  caf::scoped_actor deaf{s.time.sys()};
  subscribe(s, caf::actor_cast<event_listener>(deaf));
  event_log log{s.bearer};
  s.gives(10s);
  s.fetch();
  s.time.advance(1min);
  CHECK(s.source.call_times()
        == std::vector<caf::timespan>{0s, 9s, 18s, 27s, 36s, 45s, 54s});
  CHECK(log.of<events::published>().size() == 7);
}

TEST_CASE("callers cannot drive the rate of events", "[I20][I8]") {
  scene s;
  s.gives(100s);
  auto gen = s.fetch().value().generation;
  s.time.advance(10s);
  event_log log{s.bearer};
  s.time.settle();
  s.source.stays_silent();
  for (int i = 0; i < 10'000; ++i) {
    s.bearer.reject(gen);
    s.bearer.request_renewal();
    s.bearer.prefetch();
  }
  s.time.settle();
  CHECK(s.calls() == 2);
  // The rejection and the attempt; what was suppressed comes with the next one.
  CHECK(log.all().size() <= 4);
  CHECK(log.of<events::rejected>().size() == 1);
  s.source.answer(1, s.fresh(100s));
  s.time.settle();
  const auto told = log.of<events::suppressed>();
  auto sum = std::uint64_t{0};
  for (const auto& x : told)
    sum += x.stale_rejections + x.coalesced + x.rate_limited;
  CHECK(sum == 29'999);
  for (int i = 0; i < 10'000; ++i)
    s.bearer.reject(gen);
  s.time.advance(1s);
  CHECK(log.all().size() <= 8);
  s.time.advance(90s);
  CHECK(s.calls() == 3);
  CHECK(s.status().stale_rejections == 10'000);
}

TEST_CASE("the end of a token is told before what follows from it", "[I20]") {
  scene s;
  s.gives(100s);
  s.fetch();
  s.source.stays_silent();
  s.time.advance(91s);
  event_log log{s.bearer};
  s.time.advance(4s + 1ms);
  CHECK(kinds(log) == order{state, withdrawn, ended});
}
