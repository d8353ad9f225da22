#include <bearer/bearer.hpp>
#include <bearer/detail/caf_compat.hpp>
#include <bearer/remote/detail/wire.hpp>

#include "support/client.hpp"
#include "support/eventually.hpp"
#include "support/numbered_source.hpp"
#include "support/real_sources.hpp"
#include "support/real_time.hpp"
#include "support/scripted_source.hpp"

#include <caf/actor_cast.hpp>
#include <caf/exit_reason.hpp>
#include <caf/io/middleman.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "remote/support/event_watch.hpp"
#include "remote/support/node.hpp"
#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

using namespace bearer;
using namespace bearer::remote;
using namespace bearer::remote::detail;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// How a line is spoken to by whom it has subscribed with.
class line_end {
public:
  line_end(gate_actor::pointer self, std::uint64_t key, line_actor to)
    : self_(self), key_(key), to_(std::move(to)) {
    // nop
  }

  void tell_of(std::uint64_t count) const {
    bearer::detail::mail(self_, publish_atom_v, key_, generation{1, count})
      .send(to_);
  }

  void confirm(const question& what) const {
    bearer::detail::mail(self_, fetch_atom_v, key_, what.number).send(to_);
  }

  void grant(const question& what, std::uint64_t count,
             std::optional<caf::timespan> usable_for = {}) const {
    auto result = answer{};
    result.number = what.number;
    result.granted = make_token("token-" + std::to_string(count));
    result.granted.generation = {1, count};
    result.usable_for = usable_for;
    say(std::move(result));
  }

  void turn_away() const {
    auto result = answer{};
    result.code = errc::busy;
    result.text = "full";
    say(std::move(result));
  }

  /// Another one for each connection.
  caf::actor_addr address() const {
    return to_.address();
  }

private:
  void say(answer what) const {
    what.key = key_;
    bearer::detail::mail(self_, fetch_atom_v, std::move(what)).send(to_);
  }

  gate_actor::pointer self_;
  std::uint64_t key_;
  line_actor to_;
};

/// Answers a question, or does not.
using script = std::function<void(const line_end&, const question&)>;

/// A gate whose answers are made up, on a node of its own.
class false_owner {
public:
  explicit false_owner(const script& play)
    : gate_(node_.sys.spawn(behavior, play)),
      port_(must(node_.sys.middleman().publish(gate_, 0, "127.0.0.1"))) {
    // nop
  }

  false_owner(const false_owner&) = delete;

  false_owner& operator=(const false_owner&) = delete;

  ~false_owner() {
    // CAF keeps who was seen on the network.
    caf::anon_send_exit(gate_, caf::exit_reason::kill);
  }

  remote::address address() const {
    return local(port_);
  }

private:
  static gate_actor::behavior_type behavior(gate_actor::pointer self,
                                            const script& play) {
    using keys = std::map<caf::actor_addr, std::uint64_t>;
    auto known = std::make_shared<keys>();
    return {
      [=](subscribe_atom, std::uint64_t key) {
        (*known)[caf::actor_cast<caf::actor_addr>(self->current_sender())]
          = key;
      },
      [=](fetch_atom, const question& what) {
        const auto sender = self->current_sender();
        const auto addr = caf::actor_cast<caf::actor_addr>(sender);
        play({self, (*known)[addr], caf::actor_cast<line_actor>(sender)}, what);
      },
      [](status_atom) { return status{}; },
    };
  }

  node node_;
  gate_actor gate_;
  std::uint16_t port_;
};

/// What a fetch is told that cannot wait for the end of an attempt.
caf::error what_is_told_in_haste(const handle& replica) {
  auto opts = fetch_options{};
  opts.timeout = 10ms;
  return timeout_details_of(error_of(replica.fetch(opts)))->last_error;
}

} // namespace

TEST_CASE("a newer token that came up during a question is asked for",
          "[remote][I3]") {
  node here;
  false_owner at{[](const line_end& to, const question& what) {
    to.tell_of(2);
    to.grant(what, what.number == 1 ? 1 : 2);
  }};
  auto replica = must(remote::connect(here.sys, at.address(), quick()));
  REQUIRE(replica.fetch());
  CHECK(wait_for_secret(replica, "token-2"));
}

TEST_CASE("an owner that has told of older tokens only is not asked again",
          "[remote]") {
  node here;
  false_owner at{[](const line_end& to, const question& what) {
    to.tell_of(1);
    to.grant(what, 2);
    to.tell_of(2);
    to.tell_of(1);
  }};
  auto replica = must(remote::connect(here.sys, at.address(), quick()));
  REQUIRE(secret_of(replica.fetch()) == "token-2");
  CHECK(replica.status().attempts == 1);
}

TEST_CASE("an owner that tells of a token once more is asked how long it lasts",
          "[remote][I2]") {
  node here;
  false_owner at{[](const line_end& to, const question& what) {
    to.tell_of(1);
    to.grant(what, 1, what.number == 1 ? 1h : 1min);
    if (what.number == 1)
      to.tell_of(1);
  }};
  auto replica = must(remote::connect(here.sys, at.address(), quick()));
  const auto first = must(replica.fetch());
  CHECK(eventually([&] {
    return must(replica.fetch()).expires_at < *first.expires_at - 30min;
  }));
  CHECK(must(replica.fetch()).generation == first.generation);
}

TEST_CASE("an owner that has no room is left for the next one", "[remote]") {
  node here;
  false_owner full{[](const line_end& to, const question&) { to.turn_away(); }};
  false_owner at{
    [](const line_end& to, const question& what) { to.grant(what, 1); }};
  auto only = must(remote::connect(here.sys, full.address(), quick()));
  auto once = fetch_options{};
  once.report_error = true;
  const auto err = error_of(only.fetch(once));
  CHECK(err == errc::owner_unreachable);
  CHECK(contains(caf::to_string(err), "full"));
  auto both
    = must(remote::connect(here.sys, {full.address(), at.address()}, quick()));
  CHECK(secret_of(both.fetch()) == "token-1");
}

TEST_CASE("an owner that does not answer is connected to anew",
          "[remote][I11]") {
  node here;
  // Whoever has asked first never hears anything.
  auto first = std::make_shared<caf::actor_addr>();
  false_owner at{[first](const line_end& to, const question& what) {
    if (!*first)
      *first = to.address();
    if (*first != to.address())
      to.grant(what, 1);
  }};
  auto replica = must(remote::connect(here.sys, at.address(), quick(200ms)));
  CHECK(secret_of(replica.fetch()) == "token-1");
}

// -- owners that say nothing --------------------------------------------------

namespace {

/// An owner that is there and never answers.
struct mute_owner {
  signal asked;
  false_owner at{[this](const line_end&, const question&) { asked.set(); }};
};

} // namespace

TEST_CASE("a fetch that cannot wait for the attempt's end is told who is silent"
          " and since when",
          "[remote][I6]") {
  node here;
  mute_owner mute;
  auto replica
    = must(remote::connect(here.sys, mute.at.address(), quick(1min)));
  replica.prefetch();
  REQUIRE(mute.asked.wait());
  auto opts = fetch_options{};
  opts.timeout = 10ms;
  const auto err = error_of(replica.fetch(opts));
  REQUIRE(err == errc::timed_out);
  const auto last = timeout_details_of(err)->last_error;
  CHECK(last == errc::owner_unreachable);
  const auto text = caf::to_string(last);
  CAPTURE(text);
  CHECK(
    contains(text, to_string(mute.at.address()) + ": no answer yet; since 2"));
  CHECK(replica.status().failed_attempts == 0);
}

TEST_CASE("an owner that is there and takes its time is in nobody's way",
          "[remote][I6]") {
  node here;
  false_owner at{
    [](const line_end& to, const question& what) { to.confirm(what); }};
  auto replica = must(remote::connect(here.sys, at.address(), quick(1min)));
  auto opts = fetch_options{};
  opts.timeout = 10ms;
  CHECK(eventually([&] {
    const auto err = error_of(replica.fetch(opts));
    return err == errc::timed_out && !timeout_details_of(err)->last_error;
  }));
  CHECK(replica.status().attempts == 1);
}

TEST_CASE("an owner that falls silent has done so since it was last heard of",
          "[remote][I6]") {
  node here;
  false_owner at{
    [](const line_end& to, const question& what) { to.confirm(what); }};
  auto later = std::make_shared<std::atomic<int>>(0);
  auto options = remote::connect_options{};
  options.clock = [later] {
    return caf::timestamp{1'000'000'000s} + std::chrono::hours{*later};
  };
  auto replica = must(
    remote::connect(here.sys, at.address(), quick(1s), std::move(options)));
  const auto watch = event_watch{replica};
  auto opts = fetch_options{};
  opts.timeout = 10ms;
  // Confirmed, in the first attempt.
  REQUIRE(eventually([&] {
    const auto err = error_of(replica.fetch(opts));
    return err == errc::timed_out && !timeout_details_of(err)->last_error;
  }));
  *later = 1;
  CHECK(watch.wait([](const event& x) {
    const auto* end = std::get_if<events::attempt_ended>(&x.what);
    return end != nullptr
           && contains(caf::to_string(end->error),
                       "no answer in time; since 2001-09-09T01:46:40Z");
  }));
}

TEST_CASE(
  "an owner that says nothing does not keep a replica from the next one",
  "[remote][I11]") {
  node here;
  mute_owner mute;
  false_owner at{
    [](const line_end& to, const question& what) { to.grant(what, 1); }};
  auto replica = must(
    remote::connect(here.sys, {mute.at.address(), at.address()}, quick(6s)));
  CHECK(secret_of(replica.fetch()) == "token-1");
  CHECK(mute.asked.is_set());
}

TEST_CASE(
  "an owner that has fallen silent does not keep a replica from the next"
  " one",
  "[remote][I11]") {
  node here;
  signal fallen_back;
  // Of the first one comes one token, over one connection.
  false_owner first{[calls = std::make_shared<int>(0)](const line_end& to,
                                                       const question& what) {
    if (++*calls == 1)
      to.grant(what, 1);
  }};
  false_owner second{
    [](const line_end& to, const question& what) { to.grant(what, 2); }};
  auto options = remote::connect_options{};
  options.fallback = silent_source(here.sys, fallen_back);
  auto replica
    = must(remote::connect(here.sys, {first.address(), second.address()},
                           quick(12s), std::move(options)));
  REQUIRE(secret_of(replica.fetch()) == "token-1");
  auto another = fetch_options{};
  another.renew_required = true;
  CHECK(secret_of(replica.fetch(another)) == "token-2");
  CHECK_FALSE(fallen_back.is_set());
  CHECK(replica.status().failed_attempts == 0);
}

TEST_CASE("a replica whose owner says nothing has its fallback",
          "[remote][I11]") {
  node here;
  mute_owner mute;
  auto options = remote::connect_options{};
  options.fallback = ready_source(here.sys, make_token("fallback"));
  auto replica = must(remote::connect(here.sys, mute.at.address(), quick(6s),
                                      std::move(options)));
  CHECK(secret_of(replica.fetch()) == "fallback");
  CHECK(mute.asked.is_set());
  // Within one attempt.
  CHECK(replica.status().failed_attempts == 0);
}

TEST_CASE(
  "a fetch that cannot wait for the fallback is told why the owner is not"
  " there",
  "[remote][I6]") {
  node here;
  signal asked;
  auto options = remote::connect_options{};
  options.fallback = silent_source(here.sys, asked);
  auto replica = must(remote::connect(here.sys, local(dead_port()), quick(1min),
                                      std::move(options)));
  replica.prefetch();
  REQUIRE(asked.wait());
  const auto last = what_is_told_in_haste(replica);
  CHECK(last == errc::owner_unreachable);
  CHECK(contains(caf::to_string(last), "refused"));
}

TEST_CASE(
  "a fetch that cannot wait for the fallback is told why that had no token"
  " before",
  "[remote][I6]") {
  node here;
  signal asked_again;
  signal go;
  const auto guard = at_end{go};
  auto options = remote::connect_options{};
  options.fallback = function_source(
    here.sys, [=, calls = 0]() mutable -> caf::expected<token> {
      if (++calls == 1)
        return caf::make_error(errc::command_failed, "out of order");
      asked_again.set();
      go.wait();
      return caf::make_error(errc::busy);
    });
  auto replica = must(remote::connect(here.sys, local(dead_port()), quick(1min),
                                      std::move(options)));
  replica.prefetch();
  REQUIRE(asked_again.wait());
  const auto last = what_is_told_in_haste(replica);
  CHECK(last == errc::owner_unreachable);
  CHECK(contains(caf::to_string(last), "refused"));
  CHECK(contains(caf::to_string(last), "out of order"));
}
