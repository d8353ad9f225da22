#include "support/scene.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <algorithm>
#include <random>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

fetch_options any_options(std::mt19937& random, const generation& seen) {
  auto result = fetch_options{};
  result.renew_required = random() % 5 == 0;
  result.renew_synchronous = random() % 4 == 0;
  result.report_error = random() % 4 == 0;
  if (random() % 3 == 0)
    result.timeout = std::chrono::milliseconds{random() % 5000};
  if (random() % 6 == 0)
    result.renew_request_timeout = std::chrono::milliseconds{random() % 3000};
  if (random() % 6 == 0)
    result.newer_than = generation{seen.id, seen.count + random() % 2};
  if (random() % 20 == 0)
    result.newer_than = generation{seen.id + 1, 1};
  if (random() % 20 == 0)
    result.timeout = -1s;
  return result;
}

scripted_source::reply any_reply(scene& s, std::mt19937& random) {
  switch (random() % 6) {
    case 0:
      return caf::make_error(errc::command_failed);
    case 1:
      return make_permanent(caf::make_error(errc::command_failed));
    case 2:
      return std::nullopt;
    case 3:
      return make_token("constant", s.time.wall(), 20s);
    default:
      return s.fresh(20s);
  }
}

template <class Condition>
std::uint64_t count(const std::vector<pending_fetch>& all, Condition holds) {
  return static_cast<std::uint64_t>(
    std::count_if(all.begin(), all.end(), [&](const pending_fetch& f) {
      return !f.state_->answers.front() && holds(f.error());
    }));
}

} // namespace

TEST_CASE(
  "over any mix of fetches each is counted once, and attempts are calls "
  "of the source",
  "[I18][I5]") {
  const auto seed = GENERATE(range(1U, 21U));
  CAPTURE(seed);
  auto random = std::mt19937{seed};
  scene s;
  event_log log{s.bearer};
  s.source.replies([&](const attempt&) { return any_reply(s, random); });
  auto all = std::vector<pending_fetch>{};
  auto seen = generation{};
  for (int i = 0; i < 400; ++i) {
    all.push_back(test::fetch(s.bearer, any_options(random, seen)));
    if (auto& f = all[random() % all.size()]; random() % 10 == 0)
      kill(f);
    if (random() % 3 == 0)
      s.time.advance(std::chrono::milliseconds{random() % 2000});
    if (random() % 8 == 0)
      s.bearer.request_renewal();
    if (auto current = s.status().current)
      seen = *current;
    if (random() % 6 == 0 && seen.count > 0)
      s.reject(seen);
  }
  // No killed fetches from here on, and the end by stop.
  s.time.advance(2min);
  for (int i = 0; i < 5; ++i)
    all.push_back(s.fetch());
  s.stop();
  all.push_back(s.fetch());
  const auto status = s.status();
  CHECK(status.fetches.total() == all.size());
  CHECK(status.waiters == 0);
  CHECK(status.attempts == s.calls());
  CHECK(log.of<events::attempt_started>().size() == s.calls());
  const auto ended = log.of<events::attempt_ended>();
  CHECK(status.failed_attempts
        == static_cast<std::uint64_t>(
          std::count_if(ended.begin(), ended.end(), [](const auto& e) {
            return static_cast<bool>(e.error);
          })));
}

TEST_CASE("the kinds of answers add up to the answers that callers saw",
          "[I18]") {
  const auto seed = GENERATE(range(100U, 110U));
  CAPTURE(seed);
  auto random = std::mt19937{seed};
  scene s;
  s.source.replies([&](const attempt&) { return any_reply(s, random); });
  auto all = std::vector<pending_fetch>{};
  auto seen = generation{};
  for (int i = 0; i < 300; ++i) {
    all.push_back(s.fetch(any_options(random, seen)));
    s.time.advance(std::chrono::milliseconds{random() % 1000});
    if (auto current = s.status().current)
      seen = *current;
  }
  s.stop();
  const auto counted = s.status().fetches;
  for (const auto& f : all)
    REQUIRE(f.answers() == 1);
  const auto is = [](errc code) {
    return [code](const caf::error& err) { return err == code; };
  };
  const auto errors = count(all, [](const caf::error&) { return true; });
  CHECK(counted.timed_out == count(all, is(errc::timed_out)));
  CHECK(counted.stopped == count(all, is(errc::stopped)));
  CHECK(counted.failed == errors - counted.timed_out - counted.stopped);
  CHECK(counted.hits + counted.renewed == all.size() - errors);
}

TEST_CASE("an answer at once is a hit, an answer after waiting is renewed",
          "[I18]") {
  scene s;
  auto waiting = s.fetch();
  CHECK(s.status().fetches.total() == 0);
  CHECK(s.status().waiters == 1);
  s.source.answer(0, s.fresh(100s));
  s.time.settle();
  CHECK(s.status().waiters == 0);
  s.fetch();
  s.fetch();
  const auto counted = s.status().fetches;
  CHECK(counted == fetch_counters{2, 1, 0, 0, 0});
}

TEST_CASE("failed fetches are counted by the way they failed", "[I18]") {
  scene s;
  auto bad = s.fetch(within(-1s));
  auto sync = s.fetch(synchronous());
  auto hasty = s.fetch(within(1s));
  auto plain = s.fetch();
  s.time.advance(1s);
  s.source.answer(0, caf::make_error(errc::command_failed));
  s.time.settle();
  s.stop();
  s.fetch();
  CHECK(bad.error() == errc::invalid_option);
  CHECK(sync.error() == errc::command_failed);
  CHECK(hasty.error() == errc::timed_out);
  CHECK(plain.error() == errc::stopped);
  CHECK(s.status().fetches == fetch_counters{0, 0, 2, 1, 2});
}

TEST_CASE("a late rejection is counted as stale", "[I18][I4]") {
  scene s;
  s.gives(100s);
  auto first = s.fetch().value().generation;
  s.time.advance(1s);
  s.fetch(forced());
  for (int i = 0; i < 3; ++i)
    s.reject(first);
  CHECK(s.status().stale_rejections == 3);
  CHECK(s.calls() == 2);
  CHECK(s.status().current->count == 2);
}

TEST_CASE("a wish that joins an attempt is counted as coalesced", "[I18]") {
  scene s;
  s.fetch();
  CHECK(s.status().coalesced == 0);
  s.fetch();
  s.fetch(synchronous());
  CHECK(s.status().coalesced == 2);
  CHECK(s.status().rate_limited == 0);
}

TEST_CASE("of fetches that come together, all but the first one join it",
          "[I18]") {
  scene s;
  const auto crowd = std::vector{fetch(s.bearer), fetch(s.bearer),
                                 fetch(s.bearer)};
  s.time.settle();
  CHECK(s.status().waiters == 3);
  CHECK(s.status().coalesced == 2);
}

TEST_CASE("a wish that the floor or the backoff puts off is counted as rate "
          "limited",
          "[I18][I8]") {
  scene s;
  s.gives(100s);
  s.fetch();
  CHECK(s.status().rate_limited == 0);
  SECTION("floor") {
    s.fetch(forced());
    CHECK(s.status().rate_limited == 1);
  }
  SECTION("backoff") {
    s.fails();
    s.time.advance(1s);
    s.fetch(forced());
    CHECK(s.status().rate_limited == 0);
    s.fetch(forced());
    s.fetch(forced());
    CHECK(s.status().rate_limited == 2);
  }
}

TEST_CASE("a thousand rejections of one generation are counted", "[I18][I4]") {
  scene s;
  s.gives(100s);
  auto gen = s.fetch().value().generation;
  s.time.advance(10s);
  s.source.stays_silent();
  for (int i = 0; i < 1000; ++i)
    s.bearer.reject(gen);
  s.time.settle();
  CHECK(s.calls() == 2);
  const auto status = s.status();
  CHECK(status.stale_rejections + status.coalesced + status.rate_limited
        == 999);
}

TEST_CASE("a rejection that was processed is counted when it is repeated",
          "[I18][I4]") {
  scene s;
  s.gives(100s);
  auto gen = s.fetch().value().generation;
  s.time.advance(10s);
  auto repeat = [&](int times) {
    for (int i = 0; i < times; ++i) {
      s.reject(gen);
      // By any way.
      detail::anon_mail(s.bearer.actor(), reject_atom_v, gen);
      s.time.settle();
    }
  };
  s.source.stays_silent();
  s.reject(gen);
  repeat(1);
  CHECK(s.status().coalesced == 2);
  s.time.advance(5s);
  repeat(2);
  CHECK(s.status().coalesced == 2);
  CHECK(s.status().rate_limited == 4);
  s.gives(100s);
  s.time.advance(1s);
  CHECK(s.status().current->count == 2);
  repeat(3);
  CHECK(s.status().coalesced == 2);
  CHECK(s.status().rate_limited == 4);
  CHECK(s.status().stale_rejections == 6);
  CHECK(s.calls() == 3);
}

TEST_CASE("counters add up member by member", "[I18]") {
  auto sum = fetch_counters{1, 2, 3, 4, 5};
  sum += fetch_counters{10, 20, 30, 40, 50};
  CHECK(sum == fetch_counters{11, 22, 33, 44, 55});
  CHECK(sum.total() == 165);
}
