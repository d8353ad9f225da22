// What a node may do that has got into the cluster.

#include "remote/support/intruder.hpp"

#include <bearer/bearer.hpp>
#include <bearer/remote/detail/wire.hpp>
#include <bearer/source/function_source.hpp>

#include "support/client.hpp"
#include "support/eventually.hpp"
#include "support/numbered_source.hpp"
#include "support/real_sources.hpp"
#include "support/second_answer.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_registry.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/system_messages.hpp>

#include "remote/support/event_watch.hpp"
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <atomic>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// Every message that any actor of the library takes and CAF can send (none
/// with a handle, a receiver link or missed fetches in it can come from another
/// node), and those by which CAF ends actors.
/// @param listener A peer's, who wants to hear more than he may.
std::vector<caf::message> all_messages(const generation& known,
                                       const event_listener& listener) {
  const auto fake = make_token("forged");
  auto asked = remote::question{};
  asked.newer_than = known;
  asked.budget = 1min;
  auto forged = remote::answer{};
  forged.granted = fake;
  auto opts = fetch_options{};
  opts.renew_required = true;
  return {
    // First, because it allows for more.
    caf::make_message(subscribe_atom_v, std::uint64_t{1}),
    caf::make_message(fetch_atom_v, opts),
    caf::make_message(fetch_atom_v, make_attempt()),
    caf::make_message(fetch_atom_v, asked),
    caf::make_message(fetch_atom_v, forged),
    caf::make_message(fetch_atom_v, std::uint64_t{1}),
    caf::make_message(fetch_atom_v, std::uint64_t{1}, std::uint64_t{1}),
    caf::make_message(subscribe_atom_v, listener),
    caf::make_message(subscribe_atom_v, listener, fetch_counters{}),
    caf::make_message(subscribe_atom_v,
                      caf::actor_cast<caf::weak_actor_ptr>(listener)),
    caf::make_message(unsubscribe_atom_v, listener),
    caf::make_message(can_retry_atom_v, caf::make_error(errc::token_refused),
                      opts),
    caf::make_message(latest_atom_v),
    caf::make_message(latest_atom_v, fake),
    caf::make_message(reject_atom_v, known),
    caf::make_message(request_renewal_atom_v),
    caf::make_message(prefetch_atom_v),
    caf::make_message(status_atom_v),
    caf::make_message(status_atom_v, fetch_counters{}),
    caf::make_message(stop_atom_v),
    caf::make_message(close_atom_v, caf::timespan{1s}),
    caf::make_message(publish_atom_v, fake, caf::timestamp::max()),
    caf::make_message(publish_atom_v, std::uint64_t{1}, known),
    caf::make_message(publish_atom_v, known),
    caf::make_message(withdraw_atom_v, known),
    caf::make_message(rejected_atom_v, known),
    caf::make_message(rejected_atom_v, std::uint64_t{1}, known),
    caf::make_message(news_atom_v, std::uint64_t{1}),
    caf::make_message(lost_atom_v, std::uint64_t{1}),
    caf::make_message(obstacle_atom_v, std::uint64_t{1},
                      caf::make_error(errc::stopped)),
    caf::make_message(event{caf::make_timestamp(), events::stopped{}}),
    caf::make_message(fake),
    caf::make_message(forged),
    caf::make_message(status{}),
    caf::make_message(caf::make_error(errc::stopped)),
    caf::make_message(std::string("no message of ours")),
    caf::make_message(caf::exit_msg{{}, caf::exit_reason::kill}),
    caf::make_message(caf::exit_msg{{}, caf::exit_reason::user_shutdown}),
    caf::make_message(caf::down_msg{{}, caf::exit_reason::kill}),
  };
}

/// Waits until everything that was sent to the gate has been looked at, which
/// answers in order; whether that was so in good time.
bool is_heard(intruder& who) {
  const auto before = who.statuses();
  // Again and again, because some may be thrown away.
  return eventually([&] {
    who.send(who.gate(), caf::make_message(status_atom_v));
    return who.wait_for_statuses(before + 1, 100ms);
  });
}

void wait_until_heard(intruder& who) {
  REQUIRE(is_heard(who));
}

} // namespace

TEST_CASE("nobody but the gate is ever seen on the network",
          "[remote][intruder]") {
  node there;
  numbered_source source;
  owner at{there, source.spawn(there.sys), quick()};
  intruder who{at.address()};
  who.send(who.gate(), caf::make_message(subscribe_atom_v, std::uint64_t{1}));
  auto asked = remote::question{};
  asked.budget = 1min;
  who.send(who.gate(), caf::make_message(fetch_atom_v, asked));
  who.send(who.gate(), caf::make_message(status_atom_v));
  // That the question has arrived, an answer, a publication, the status, and
  // then a rejection.
  REQUIRE(who.wait_for(4));
  at.bearer.reject(must(at.bearer.fetch()).generation);
  REQUIRE(who.wait_for(5));
  for (const auto& sender : who.senders())
    CHECK(caf::actor_cast<caf::actor>(sender) == who.gate());
}

TEST_CASE_METHOD(cluster, "no message to anybody does more than it may",
                 "[remote][intruder]") {
  const auto first = must(at.bearer.fetch());
  REQUIRE(secret_of(replica.fetch()) == "token-1");
  const auto attempts = replica.status().attempts;
  intruder who{at.address()};
  auto heard = std::make_shared<std::atomic<int>>(0);
  const auto listener = who.sys().spawn([heard]() -> caf::behavior {
    return {[heard](const event&) { ++*heard; }};
  });
  const auto messages = all_messages(first.generation,
                                     caf::actor_cast<event_listener>(listener));
  for (const auto& what : messages)
    who.send(who.gate(), what);
  who.send(who.gate(), caf::make_message(std::string(10'000'000, 'x')));
  for (auto id = caf::actor_id{1}; id <= 1'000; ++id)
    for (const auto& what : messages)
      if (who.actor(id) != who.gate())
        who.send(who.actor(id), what);
  wait_until_heard(who);
  // The question for a newer token has been asked, which is allowed.
  REQUIRE(wait_for_secret(replica, "token-2"));
  CHECK(source.calls() == 2);
  CHECK(secret_of(at.bearer.fetch()) == "token-2");
  CHECK(at.bearer.status().state != bearer_state::stopped);
  CHECK(replica.status().attempts == attempts + 1);
  // Others have heard of the new token by now.
  CHECK(*heard == 0);
  // CAF keeps who was named on the network.
  caf::anon_send_exit(listener, caf::exit_reason::kill);
}

TEST_CASE("nobody can answer in the name of the owner's actors",
          "[remote][intruder]") {
  node here;
  node there;
  signal called;
  signal go;
  owner at{there,
           function_source(there.sys,
                           [called, go]() mutable -> caf::expected<token> {
                             called.set();
                             go.wait();
                             return make_token("genuine");
                           }),
           quick(1min)};
  auto replica = must(remote::connect(here.sys, at.address(), quick(1min)));
  const auto waiting = test::fetch(replica);
  REQUIRE(called.wait());
  intruder who{at.address()};
  auto forged = remote::answer{};
  forged.granted = make_token("forged");
  // To whatever the gate has asked anybody.
  for (auto id = std::uint64_t{1}; id <= 1'000; ++id) {
    const auto request = caf::make_message_id(id);
    for (const auto& what :
         {caf::make_message(forged), caf::make_message(make_token("forged")),
          caf::make_message(status_atom_v)})
      who.send(who.gate(), what, request.response_id());
  }
  wait_until_heard(who);
  go.set();
  CHECK(secret_of(replica.fetch()) == "genuine");
  // The question was neither answered by another nor thrown away.
  CHECK(replica.status().failed_attempts == 0);
  CHECK(replica.status().attempts == 1);
}

TEST_CASE("nobody can answer in the gate's name", "[remote][intruder]") {
  node here;
  node there;
  signal called;
  owner at{there, silent_source(there.sys, called), quick()};
  auto replica = must(remote::connect(here.sys, at.address(), quick()));
  const auto waiting = test::fetch(replica);
  REQUIRE(called.wait());
  const auto watch = event_watch{replica};
  // To all that were seen on the network, with all numbers that a question may
  // have. The key is what nobody knows.
  auto forged = remote::answer{};
  forged.granted = make_token("forged");
  caf::scoped_actor stranger{here.sys};
  for (auto id = caf::actor_id{1}; id <= 1'000; ++id)
    if (auto seen = here.sys.registry().get(id))
      for (forged.number = 0; forged.number < 10; ++forged.number)
        put_in_mailbox(seen, caf::actor_cast<caf::strong_actor_ptr>(stranger),
                       caf::make_message_id(),
                       caf::make_message(fetch_atom_v, forged));
  // Behind them in the line's mailbox.
  at.published.unpublish();
  REQUIRE(watch.wait(failed_with(errc::owner_unreachable)));
  CHECK_FALSE(waiting.done());
  CHECK(watch.count<events::published>() == 0);
}

TEST_CASE("rejections of all that can be named are bounded by the rate",
          "[remote][intruder][I8]") {
  node here;
  node there;
  numbered_source source;
  auto settings = quick();
  settings.initial_retry_timeout = 50ms;
  settings.max_retry_timeout = 50ms;
  owner at{there, source.spawn(there.sys), settings};
  auto replica = must(remote::connect(here.sys, at.address(), quick()));
  const auto start = std::chrono::steady_clock::now();
  const auto first = must(replica.fetch());
  const auto current = must(at.bearer.fetch()).generation;
  intruder who{at.address()};
  who.send(who.gate(), caf::make_message(subscribe_atom_v, std::uint64_t{1}));
  for (auto i = std::uint64_t{0}; i < 10'000; ++i) {
    auto asked = remote::question{};
    asked.number = i;
    asked.rejected = true;
    asked.newer_than = {i % 3 == 2 ? current.id + 1 : current.id, i};
    who.send(who.gate(), caf::make_message(fetch_atom_v, asked));
  }
  wait_until_heard(who);
  replica.reject(first.generation);
  CHECK(replica.fetch());
  const auto passed = std::chrono::steady_clock::now() - start;
  CHECK(source.calls() <= passed / 50ms + 2);
}

TEST_CASE("others are served while somebody asks as fast as he can",
          "[remote][intruder][I11]") {
  node here;
  node there;
  numbered_source source;
  owner at{there, source.spawn(there.sys), quick()};
  auto replica = must(remote::connect(here.sys, at.address(), quick()));
  const auto current = must(replica.fetch());
  intruder who{at.address()};
  auto bursts = std::atomic<std::size_t>{0};
  const auto flood = std::jthread{[&](const std::stop_token& over) {
    for (auto i = std::uint64_t{0}; !over.stop_requested(); ++i) {
      who.send(who.gate(), caf::make_message(subscribe_atom_v, i));
      for (auto j = std::uint64_t{0}; j < 1'000; ++j) {
        auto asked = remote::question{};
        asked.number = j;
        asked.newer_than = {i % 2 == 0 ? 0 : i, j};
        who.send(who.gate(), caf::make_message(fetch_atom_v, asked));
      }
      // Or its own node would have all of it in memory.
      if (is_heard(who))
        ++bursts;
    }
  }};
  REQUIRE(eventually([&] { return bursts > 0; }));
  auto last = current;
  for (auto i = 0; i < 20; ++i) {
    replica.reject(last.generation);
    const auto next = replica.fetch();
    REQUIRE(next);
    CHECK(next->generation.count > last.generation.count);
    last = *next;
  }
  CHECK(replica.status().failed_attempts == 0);
  const auto so_far = bursts.load();
  CHECK(eventually([&] { return bursts > so_far; }));
}

TEST_CASE("others are served while somebody rejects every new token at once",
          "[remote][intruder][I8][I11]") {
  node here;
  node there;
  numbered_source source;
  const auto start = std::chrono::steady_clock::now();
  owner at{there, source.spawn(there.sys), quick()};
  auto replica = must(remote::connect(here.sys, at.address(), quick()));
  auto last = must(replica.fetch());
  intruder who{at.address()};
  who.send(who.gate(), caf::make_message(subscribe_atom_v, std::uint64_t{1}));
  auto rejected = std::atomic<std::uint64_t>{0};
  const auto flood = std::jthread{[&](const std::stop_token& over) {
    while (!over.stop_requested()) {
      auto asked = remote::question{};
      asked.rejected = true;
      asked.newer_than = who.newest();
      for (asked.number = 0; asked.number < 100; ++asked.number)
        who.send(who.gate(), caf::make_message(fetch_atom_v, asked));
      // Or its own node would have all of it in memory.
      if (is_heard(who))
        rejected = asked.newer_than.count;
    }
  }};
  REQUIRE(eventually([&] { return rejected > last.generation.count; }));
  auto opts = fetch_options{};
  for (auto i = 0; i < 20; ++i) {
    opts.newer_than = last.generation;
    last = must(replica.fetch(opts));
  }
  const auto so_far = rejected.load();
  CHECK(eventually([&] { return rejected > so_far; }));
  const auto calls = source.calls();
  const auto passed = std::chrono::steady_clock::now() - start;
  CHECK(calls <= passed / 10ms + 2);
}

TEST_CASE_METHOD(cluster, "who has not subscribed is not answered",
                 "[remote][intruder]") {
  REQUIRE(at.bearer.fetch());
  intruder who{at.address()};
  who.send(who.gate(), caf::make_message(fetch_atom_v, remote::question{}));
  // Once, because each such question has an answer.
  who.send(who.gate(), caf::make_message(status_atom_v));
  REQUIRE(who.wait_for_statuses(1, patience));
  CHECK(who.received() == 1);
}

TEST_CASE("questions that wait are few for each line", "[remote][intruder]") {
  node there;
  signal go;
  const auto guard = at_end{go};
  // Hangs when it is asked for the second time.
  auto source = function_source(
    there.sys, [go, calls = 0]() mutable -> caf::expected<token> {
      if (++calls > 1)
        go.wait();
      return make_token("token-" + std::to_string(calls));
    });
  owner at{there, source, quick(1min)};
  const auto first = must(at.bearer.fetch());
  intruder who{at.address()};
  who.send(who.gate(), caf::make_message(subscribe_atom_v, std::uint64_t{1}));
  for (auto i = std::uint64_t{0}; i < 1'000; ++i) {
    auto asked = remote::question{};
    asked.number = i;
    asked.newer_than = first.generation;
    asked.budget = caf::timespan::max();
    who.send(who.gate(), caf::make_message(fetch_atom_v, asked));
  }
  // From the gate they have a way to go.
  CHECK(wait_for_waiters(at.bearer, 8));
  wait_until_heard(who);
  CHECK(at.bearer.status().waiters == 8);
}

TEST_CASE_METHOD(cluster, "subscribing again and again changes nothing",
                 "[remote][intruder]") {
  REQUIRE(replica.fetch());
  intruder who{at.address()};
  for (auto i = std::uint64_t{0}; i < 10'000; ++i)
    who.send(who.gate(), caf::make_message(subscribe_atom_v, i));
  wait_until_heard(who);
  const auto watch = event_watch{replica};
  at.bearer.request_renewal();
  REQUIRE(watch.wait<events::published>());
  CHECK(secret_of(replica.fetch()) == "token-2");
  wait_until_heard(who);
  // What there was when it subscribed, and what came since.
  CHECK(who.publications() == 2);
}

TEST_CASE_METHOD(cluster, "a node has so many subscribers and no more",
                 "[remote][intruder]") {
  REQUIRE(replica.fetch());
  intruder who{at.address()};
  for (auto i = 0; i < 200; ++i) {
    who.subscribe_as_another();
    // One by one, because more would not be let in at all.
    wait_until_heard(who);
  }
  REQUIRE(who.wait_for_all());
  CHECK(who.refusals() == 200 - 64);
  const auto watch = event_watch{replica};
  at.bearer.request_renewal();
  REQUIRE(watch.wait<events::published>());
  wait_until_heard(who);
  REQUIRE(who.wait_for_all());
  // The same for each of them.
  CHECK(who.publications() == 2 * 64);
}

TEST_CASE("the status of a bearer tells no more of an error than its code",
          "[remote][intruder][I19]") {
  node there;
  numbered_source source;
  source.break_down();
  owner at{there, source.spawn(there.sys), quick()};
  auto opts = fetch_options{};
  opts.report_error = true;
  REQUIRE_FALSE(at.bearer.fetch(opts));
  intruder who{at.address()};
  caf::scoped_actor self{who.sys()};
  detail::mail(self.ptr(), status_atom_v)
    .request(caf::actor_cast<remote::detail::gate_actor>(who.gate()), patience)
    .receive(
      [](const status& x) {
        CHECK(x.last_error == errc::command_failed);
        CHECK(x.last_error.context().empty());
        CHECK(x.failed_attempts > 0);
      },
      [](const caf::error& err) { FAIL(caf::to_string(err)); });
}

TEST_CASE("a node may go at any time", "[remote][intruder]") {
  node here;
  node there;
  numbered_source source;
  owner at{there, source.spawn(there.sys), quick()};
  { intruder connected{at.address()}; }
  {
    intruder subscribed{at.address()};
    subscribed.send(subscribed.gate(),
                    caf::make_message(subscribe_atom_v, std::uint64_t{1}));
    wait_until_heard(subscribed);
  }
  const auto first = must(at.bearer.fetch());
  {
    intruder waiting{at.address()};
    waiting.send(waiting.gate(),
                 caf::make_message(subscribe_atom_v, std::uint64_t{1}));
    auto asked = remote::question{};
    asked.newer_than = first.generation;
    asked.budget = 1min;
    source.break_down();
    waiting.send(waiting.gate(), caf::make_message(fetch_atom_v, asked));
    wait_until_heard(waiting);
  }
  source.heal();
  auto replica = must(remote::connect(here.sys, at.address(), quick()));
  CHECK(replica.fetch());
}

TEST_CASE("what is no message at all keeps nobody else out",
          "[remote][intruder]") {
  node here;
  node there;
  numbered_source source;
  owner at{there, source.spawn(there.sys), quick()};
  for (const auto& garbage :
       {std::string{}, std::string(1, '\0'), std::string(10'000, '\0'),
        std::string(10'000, '\x7f'), std::string{"GET / HTTP/1.1\r\n\r\n"}})
    REQUIRE(send_and_wait(at.address().port, garbage));
  auto replica = must(remote::connect(here.sys, at.address(), quick()));
  CHECK(secret_of(replica.fetch()) == "token-1");
}
