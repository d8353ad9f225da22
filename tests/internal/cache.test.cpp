#include "support/scene.hpp"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

token forged(scene& s, std::uint64_t id, std::uint64_t count) {
  auto result = make_token("forged", s.time.wall(), 1h);
  result.generation = {id, count};
  return result;
}

} // namespace

TEST_CASE("a stranger that publishes is refused and changes nothing",
          "[cache]") {
  scene s;
  s.gives(100s);
  const auto gen = s.fetch().value().generation;
  const auto fake = forged(s, gen.id, gen.count + 1);
  auto refused = ask(s.time.sys(), s.bearer.actor(), publish_atom_v, fake,
                     s.time.wall() + 1h);
  detail::anon_mail(s.bearer.actor(), publish_atom_v, fake, s.time.wall() + 1h);
  s.time.settle();
  REQUIRE(refused->errors.size() == 1);
  CHECK(refused->errors[0] == errc::not_publisher);
  CHECK(s.fetch().value().access_token.view() == "secret-1");
  // Nor has the bearer published that generation.
  auto opts = fetch_options{};
  opts.newer_than = fake.generation;
  CHECK(s.fetch(opts).error() == errc::unknown_generation);
}

TEST_CASE("a stranger cannot publish to an unused or a rejecting bearer",
          "[cache]") {
  scene s;
  if (GENERATE(false, true)) {
    s.gives(100s);
    s.reject(s.fetch().value().generation);
    s.source.stays_silent();
  }
  auto refused = ask(s.time.sys(), s.bearer.actor(), publish_atom_v,
                     forged(s, 1, 9), s.time.wall() + 1h);
  s.time.settle();
  REQUIRE(refused->errors.size() == 1);
  CHECK(refused->errors[0] == errc::not_publisher);
  CHECK(s.bearer.is_renewal_required());
  auto f = s.fetch(within(1ms));
  s.time.advance(1ms);
  CHECK(f.error() == errc::timed_out);
}

TEST_CASE("a stranger that withdraws is refused and changes nothing",
          "[cache]") {
  scene s;
  s.gives(100s);
  const auto gen = s.fetch().value().generation;
  auto refused = ask(s.time.sys(), s.bearer.actor(), withdraw_atom_v, gen);
  detail::anon_mail(s.bearer.actor(), withdraw_atom_v, gen);
  s.time.settle();
  REQUIRE(refused->errors.size() == 1);
  CHECK(refused->errors[0] == errc::not_publisher);
  CHECK(s.fetch().value().generation == gen);
  CHECK(s.status().fetches.hits == 1);
}

TEST_CASE("strangers are refused by a stopped bearer, too", "[cache][I14]") {
  scene s;
  s.stop();
  auto refused = ask(s.time.sys(), s.bearer.actor(), publish_atom_v,
                     forged(s, 1, 1), s.time.wall() + 1h);
  s.time.settle();
  CHECK(refused->errors.size() == 1);
  CHECK(s.fetch().error() == errc::stopped);
}

TEST_CASE("a stranger's control messages to the refresher change nothing",
          "[cache]") {
  scene s;
  s.gives(100s);
  const auto gen = s.fetch().value().generation;
  s.time.advance(10s);
  event_log log{s.bearer};
  const auto refresher = s.refresher();
  const auto before = log.all().size();
  const auto anonymous = GENERATE(false, true);
  if (anonymous) {
    detail::anon_mail(refresher, rejected_atom_v, gen);
    detail::anon_mail(refresher, request_renewal_atom_v);
    detail::anon_mail(refresher, prefetch_atom_v);
    detail::anon_mail(refresher, stop_atom_v);
    detail::anon_mail(refresher, renew_async_atom_v, missed_fetches{});
    detail::anon_mail(refresher, renew_sync_atom_v, missed_fetches{});
  } else {
    ask(s.time.sys(), refresher, rejected_atom_v, gen);
    ask(s.time.sys(), refresher, request_renewal_atom_v);
    ask(s.time.sys(), refresher, prefetch_atom_v);
    ask(s.time.sys(), refresher, stop_atom_v);
    ask(s.time.sys(), refresher, renew_async_atom_v, missed_fetches{});
    ask(s.time.sys(), refresher, renew_sync_atom_v, missed_fetches{});
  }
  s.time.advance(10s);
  CHECK(s.calls() == 1);
  CHECK(log.all().size() == before);
  CHECK(s.status().state == bearer_state::scheduled);
  CHECK(s.fetch().value().generation == gen);
  s.time.advance(70s);
  CHECK(s.status().current->count == 2);
}

TEST_CASE("a stranger cannot start an unused bearer", "[cache]") {
  scene s;
  const auto refresher = s.refresher();
  ask(s.time.sys(), refresher, prefetch_atom_v);
  detail::anon_mail(refresher, prefetch_atom_v);
  s.time.advance(1h);
  CHECK(s.calls() == 0);
}

TEST_CASE("a rejection of a generation that was never published is an error",
          "[cache][I4]") {
  scene s;
  s.gives(100s);
  const auto gen = s.fetch().value().generation;
  s.time.advance(10s);
  const auto wrong = GENERATE_COPY(generation{gen.id, gen.count + 1},
                                   generation{gen.id, ~std::uint64_t{0}},
                                   generation{gen.id + 1, gen.count},
                                   generation{0, gen.count});
  auto refused = ask(s.time.sys(), s.bearer.actor(), reject_atom_v, wrong);
  s.time.settle();
  REQUIRE(refused->errors.size() == 1);
  CHECK(refused->errors[0] == errc::unknown_generation);
  CHECK(s.fetch().value().generation == gen);
  CHECK(s.calls() == 1);
  // Nor does the floor keep later ones away.
  CHECK(s.fetch(forced()).value().generation.count == 2);
}

TEST_CASE("a rejection before anything was published is an error",
          "[cache][I4]") {
  scene s;
  auto refused = ask(s.time.sys(), s.bearer.actor(), reject_atom_v,
                     generation{1, 1});
  s.time.settle();
  REQUIRE(refused->errors.size() == 1);
  CHECK(refused->errors[0] == errc::unknown_generation);
  CHECK(s.calls() == 0);
}

TEST_CASE("newer_than a generation that was never published is an error",
          "[cache]") {
  scene s;
  s.gives(100s);
  const auto gen = s.fetch().value().generation;
  auto opts = fetch_options{};
  opts.newer_than = GENERATE_COPY(generation{gen.id, gen.count + 1},
                                  generation{gen.id + 1, gen.count});
  auto err = s.fetch(opts).error();
  CHECK(err == errc::unknown_generation);
  CHECK(to_string(err).find("newer_than") != std::string::npos);
  CHECK(default_retry_verdict(err) == retry_verdict::no);
}

TEST_CASE("newer_than an older generation is a hit", "[cache]") {
  scene s;
  s.gives(100s);
  const auto first = s.fetch().value().generation;
  s.time.advance(1s);
  s.fetch(forced());
  auto opts = fetch_options{};
  opts.newer_than = first;
  CHECK(s.fetch(opts).value().generation.count == 2);
  CHECK(s.calls() == 2);
  // Generation 0 comes before all.
  opts.newer_than = generation{};
  CHECK(s.fetch(opts).value().generation.count == 2);
}

TEST_CASE("killing the refresher stops the bearer", "[cache][I14]") {
  scene s;
  auto plain = s.fetch();
  auto sync = s.fetch(synchronous());
  event_log log{s.bearer};
  const auto reason = GENERATE(caf::exit_reason::kill,
                               caf::exit_reason::user_shutdown);
  caf::anon_send_exit(s.refresher(), reason);
  s.time.settle();
  CHECK(plain.error() == errc::stopped);
  CHECK(sync.error() == errc::stopped);
  CHECK(s.time.timers() == 0);
  CHECK(s.fetch().error() == errc::stopped);
  CHECK_FALSE(s.bearer.is_renewal_required());
  CHECK(log.of<events::stopped>().size() == 1);
}

TEST_CASE("a bearer without a refresher answers like a stopped one",
          "[cache][I14]") {
  scene s;
  s.gives(100s);
  const auto gen = s.fetch().value().generation;
  s.fetch();
  caf::anon_send_exit(s.refresher(), caf::exit_reason::kill);
  s.time.settle();
  event_log late{s.bearer};
  s.time.settle();
  REQUIRE(late.all().size() == 1);
  CHECK(std::holds_alternative<events::stopped>(late.all()[0].what));
  const auto& to = s.bearer.actor();
  auto rejected = ask(s.time.sys(), to, reject_atom_v, gen);
  auto requested = ask(s.time.sys(), to, request_renewal_atom_v);
  auto prefetched = ask(s.time.sys(), to, prefetch_atom_v);
  auto left = ask(s.time.sys(), to, unsubscribe_atom_v, late.listener());
  auto stopped = ask(s.time.sys(), to, stop_atom_v);
  auto closed = ask(s.time.sys(), to, close_atom_v, caf::timespan{1s});
  s.time.settle();
  for (const auto& done :
       {rejected, requested, prefetched, left, stopped, closed}) {
    CHECK(done->values.size() == 1);
    CHECK(done->errors.empty());
  }
  CHECK(s.fetch().error() == errc::stopped);
  CHECK(s.status().state == bearer_state::stopped);
  CHECK(s.status().fetches.hits == 1);
}

TEST_CASE("killing the refresher ends a close", "[cache][I14]") {
  scene s;
  const auto refresher = s.refresher();
  auto waiting = s.fetch();
  auto closed = s.close(10s);
  caf::anon_send_exit(refresher, caf::exit_reason::kill);
  s.time.settle();
  CHECK(waiting.error() == errc::stopped);
  CHECK(closed->values.size() == 1);
  CHECK(s.time.timers() == 0);
}

TEST_CASE("a fetch that meets the refresher's end is told of the stop",
          "[cache][I14]") {
  scene s;
  caf::anon_send_exit(s.refresher(), caf::exit_reason::kill);
  // The news reaches the cache first.
  auto f = test::fetch(s.time.sys(), s.bearer.receiver());
  s.time.settle();
  CHECK(f.error() == errc::stopped);
}

TEST_CASE("killing the cache ends the refresher and answers the waiters",
          "[cache][I14]") {
  scene s;
  auto plain = s.fetch();
  auto sync = s.fetch(synchronous());
  const auto refresher = s.refresher();
  auto settled = s.time.running();
  caf::anon_send_exit(s.bearer.actor(), caf::exit_reason::kill);
  s.time.settle();
  CHECK(plain.error() == errc::stopped);
  CHECK(sync.error() == errc::stopped);
  CHECK(s.time.timers() == 0);
  // Cache, refresher, the call of the source and both clients.
  CHECK(s.time.running() == settled - 5);
  CHECK_FALSE(s.bearer.is_renewal_required());
  s.source.answer(0, s.fresh(100s));
  s.time.advance(1h);
  CHECK(s.calls() == 1);
}

namespace {

/// Sends the rejection after `hops` messages of its own.
void reject_after(scene& s, const generation& what, int hops) {
  s.time.sys().spawn(
    [what, hops, to = s.bearer](caf::event_based_actor* self) -> caf::behavior {
      detail::mail(self, hops).send(self);
      return {[=](int left) {
        if (left > 0) {
          detail::mail(self, left - 1).send(self);
          return;
        }
        to.reject(what);
        self->quit();
      }};
    });
}

} // namespace

TEST_CASE("a rejection that crosses a publication of the same token wins",
          "[cache][I4]") {
  const auto hops = GENERATE(range(0, 12));
  CAPTURE(hops);
  scene s;
  s.gives(100s);
  const auto gen = s.fetch().value().generation;
  s.source.stays_silent();
  s.time.advance(2s);
  s.bearer.request_renewal();
  s.time.settle();
  // The failure makes the refresher publish the current token again.
  s.source.answer(1, caf::make_error(errc::command_failed));
  reject_after(s, gen, hops);
  s.time.settle();
  auto f = s.fetch(within(1ms));
  s.time.advance(1ms);
  CHECK(f.error() == errc::timed_out);
  CHECK(s.bearer.is_renewal_required());
}
