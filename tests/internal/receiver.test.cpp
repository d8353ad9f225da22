#include "support/scene.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <catch2/catch_test_macros.hpp>

#include <utility>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// What a server says to a token it does not like.
const auto unauthorized = caf::make_error(caf::sec::runtime_error, "401");

pending_fetch fetch_once(scene& s, const receiver_actor& receiver,
                         const fetch_options& opts = {}) {
  auto result = test::fetch(s.time.sys(), receiver, opts);
  s.time.settle();
  return result;
}

bool retries(scene& s, const receiver_actor& receiver, const caf::error& err,
             const fetch_options& opts = {}) {
  auto result = can_retry(s.time.sys(), receiver, err, opts);
  s.time.settle();
  return result->value();
}

optional_token latest(scene& s, const receiver_actor& receiver) {
  auto result = ask<optional_token>(s.time.sys(), receiver, latest_atom_v);
  s.time.settle();
  return result->values.at(0);
}

renewal_settings with_retries(std::uint32_t count) {
  auto result = exact();
  result.max_retries = count;
  return result;
}

} // namespace

TEST_CASE("max_retries 2 means two fetches in all", "[receiver]") {
  scene s;
  s.gives(100s);
  auto receiver = s.bearer.receiver();
  CHECK(fetch_once(s, receiver).value().generation.count == 1);
  CHECK(retries(s, receiver, unauthorized));
  s.time.advance(1s);
  CHECK(fetch_once(s, receiver).value().generation.count == 2);
  CHECK_FALSE(retries(s, receiver, unauthorized));
  CHECK_FALSE(retries(s, receiver, caf::make_error(errc::timed_out)));
}

TEST_CASE("max_retries comes from the settings unless the options name it",
          "[receiver]") {
  scene s{with_retries(3)};
  s.gives(100s);
  auto receiver = s.bearer.receiver();
  const auto err = caf::make_error(errc::timed_out);
  auto fewer = fetch_options{};
  fewer.max_retries = 1;
  auto more = fetch_options{};
  more.max_retries = 4;
  fetch_once(s, receiver);
  CHECK(retries(s, receiver, err));
  CHECK_FALSE(retries(s, receiver, err, fewer));
  fetch_once(s, receiver);
  CHECK(retries(s, receiver, err));
  fetch_once(s, receiver);
  CHECK_FALSE(retries(s, receiver, err));
  CHECK(retries(s, receiver, err, more));
}

TEST_CASE("no fetches at all may be allowed", "[receiver]") {
  scene s{with_retries(0)};
  auto receiver = s.bearer.receiver();
  CHECK_FALSE(retries(s, receiver, unauthorized));
}

TEST_CASE("failed fetches count as trials", "[receiver]") {
  scene s;
  s.fails();
  auto receiver = s.bearer.receiver();
  CHECK(fetch_once(s, receiver, reporting()).error() == errc::command_failed);
  CHECK(retries(s, receiver, caf::make_error(errc::command_failed)));
  fetch_once(s, receiver, reporting());
  s.time.advance(1s);
  CHECK_FALSE(retries(s, receiver, caf::make_error(errc::command_failed)));
}

TEST_CASE("each receiver counts for itself", "[receiver]") {
  scene s{with_retries(1)};
  s.gives(100s);
  auto one = s.bearer.receiver();
  auto other = s.bearer.receiver();
  fetch_once(s, one);
  CHECK_FALSE(retries(s, one, unauthorized));
  CHECK(retries(s, other, unauthorized));
}

TEST_CASE("latest is the token fetched last, errors aside", "[receiver]") {
  scene s;
  s.gives(100s);
  auto receiver = s.bearer.receiver();
  CHECK_FALSE(latest(s, receiver));
  fetch_once(s, receiver);
  CHECK(latest(s, receiver)->access_token.view() == "secret-1");
  s.time.advance(2s);
  s.fetch(forced());
  CHECK(latest(s, receiver)->generation.count == 1);
  fetch_once(s, receiver);
  CHECK(latest(s, receiver)->generation.count == 2);
  fetch_once(s, receiver, within(-1s));
  CHECK(latest(s, receiver)->generation.count == 2);
}

TEST_CASE("latest is known however the cache or the refresher answered",
          "[receiver]") {
  scene s;
  s.gives(100s);
  // By the refresher, after an attempt.
  auto first = s.bearer.receiver();
  fetch_once(s, first);
  CHECK(latest(s, first)->generation.count == 1);
  // By the cache.
  auto second = s.bearer.receiver();
  fetch_once(s, second);
  CHECK(latest(s, second)->generation.count == 1);
  // By the refresher, at once: a renewal is wanted, but the backoff is on.
  s.fails();
  s.time.advance(90s);
  REQUIRE(s.status().state == bearer_state::backoff);
  auto third = s.bearer.receiver();
  s.bearer.request_renewal();
  const auto hits = s.status().fetches.hits;
  s.bearer.request_renewal();
  auto answer = test::fetch(s.time.sys(), third);
  s.time.settle();
  CHECK(answer.value().generation.count == 1);
  CHECK(s.status().fetches.hits == hits + 1);
  CHECK(latest(s, third)->generation.count == 1);
}

TEST_CASE("the default judgement of errors", "[receiver]") {
  struct row {
    caf::error err;
    retry_verdict verdict;
  };
  const auto table = std::vector<row>{
    {caf::make_error(errc::stopped), retry_verdict::no},
    {caf::make_error(errc::invalid_option), retry_verdict::no},
    {caf::make_error(errc::unknown_generation), retry_verdict::no},
    {caf::make_error(errc::source_stopped), retry_verdict::no},
    {caf::make_error(errc::static_token_rejected), retry_verdict::no},
    {make_permanent(caf::make_error(errc::busy)), retry_verdict::no},
    {make_permanent(unauthorized), retry_verdict::no},
    {make_transient(unauthorized), retry_verdict::retry},
    {caf::make_error(errc::timed_out), retry_verdict::retry},
    {caf::make_error(errc::unchanged), retry_verdict::retry},
    {caf::make_error(errc::attempt_timed_out), retry_verdict::retry},
    {caf::make_error(errc::source_down), retry_verdict::retry},
    {caf::make_error(errc::command_failed), retry_verdict::retry},
    {caf::make_error(errc::server_refused), retry_verdict::no},
    {caf::make_error(errc::answer_lost), retry_verdict::no},
    {caf::make_error(caf::sec::request_timeout), retry_verdict::no},
    {caf::make_error(caf::sec::broken_promise), retry_verdict::no},
    {caf::make_error(errc::token_refused), retry_verdict::refused},
    {unauthorized, retry_verdict::refused},
    {caf::make_error(caf::sec::unexpected_message), retry_verdict::refused},
  };
  for (const auto& [err, verdict] : table) {
    CAPTURE(to_string(err));
    CHECK(default_retry_verdict(err) == verdict);
    scene s;
    s.gives(100s);
    auto receiver = s.bearer.receiver();
    fetch_once(s, receiver);
    CHECK(retries(s, receiver, err) == (verdict != retry_verdict::no));
    CHECK(s.status().current.has_value()
          == (verdict != retry_verdict::refused));
  }
}

TEST_CASE("a refused token is rejected once, and the next fetch is newer",
          "[receiver][I4]") {
  scene s{with_retries(5)};
  s.gives(100s);
  auto receiver = s.bearer.receiver();
  fetch_once(s, receiver);
  s.time.advance(10s);
  s.source.stays_silent();
  event_log log{s.bearer};
  CHECK(retries(s, receiver, unauthorized));
  CHECK(retries(s, receiver, unauthorized));
  CHECK(log.of<events::rejected>().size() == 1);
  CHECK(s.calls() == 2);
  // A second rejection would have joined the attempt.
  CHECK(s.status().coalesced == 0);
  CHECK(s.source.calls()[1].what.reason == attempt_reason::rejected);
  auto f = fetch_once(s, receiver);
  CHECK_FALSE(f.done());
  s.source.answer(1, s.fresh(100s));
  s.time.settle();
  CHECK(f.value().generation.count == 2);
  const auto status = s.status();
  CHECK(status.stale_rejections == 0);
  // The new one may be refused in turn.
  CHECK(retries(s, receiver, unauthorized));
  CHECK(log.of<events::rejected>().size() == 2);
}

TEST_CASE("after a refusal the next fetch is newer even if the rejection has "
          "not got through",
          "[receiver]") {
  scene s{with_retries(5)};
  s.gives(100s);
  auto receiver = s.bearer.receiver();
  fetch_once(s, receiver);
  s.time.advance(10s);
  // Both on their way at once.
  can_retry(s.time.sys(), receiver, unauthorized);
  auto f = test::fetch(s.time.sys(), receiver);
  s.time.settle();
  CHECK(f.value().generation.count == 2);
  CHECK(s.calls() == 2);
}

TEST_CASE("a refusal of a token that was replaced already renews nothing",
          "[receiver][I4]") {
  scene s;
  s.gives(100s);
  auto receiver = s.bearer.receiver();
  fetch_once(s, receiver);
  s.time.advance(10s);
  s.fetch(forced());
  REQUIRE(s.calls() == 2);
  CHECK(retries(s, receiver, unauthorized));
  CHECK(fetch_once(s, receiver).value().generation.count == 2);
  CHECK(s.calls() == 2);
  CHECK(s.status().stale_rejections == 1);
}

TEST_CASE("without a token there is nothing to reject", "[receiver]") {
  scene s;
  auto receiver = s.bearer.receiver();
  CHECK(retries(s, receiver, unauthorized));
  s.gives(100s);
  CHECK(fetch_once(s, receiver).value().generation.count == 1);
  CHECK(s.calls() == 1);
}

TEST_CASE("when the trials are used up the token is not rejected",
          "[receiver]") {
  scene s{with_retries(1)};
  s.gives(100s);
  auto receiver = s.bearer.receiver();
  fetch_once(s, receiver);
  CHECK_FALSE(retries(s, receiver, unauthorized));
  CHECK(s.status().current.has_value());
}

TEST_CASE("a predicate of the user's judges instead of the default",
          "[receiver]") {
  virtual_time time;
  scripted_source source{time.sys()};
  source.replies([&](const attempt&) -> scripted_source::reply {
    return make_token(std::to_string(source.calls().size()), time.wall(), 100s);
  });
  auto options = spawn_options{"judged", {}, time.clock()};
  options.judge = [](const caf::error& err) {
    if (err == caf::sec::runtime_error)
      return retry_verdict::no;
    return err == errc::stopped ? retry_verdict::retry : retry_verdict::refused;
  };
  auto bearer = *spawn(time.sys(), source.actor(), with_retries(9), options);
  auto receiver = bearer.receiver();
  auto judge = [&](const caf::error& err) {
    auto answer = can_retry(time.sys(), receiver, err);
    time.settle();
    return answer->value();
  };
  test::fetch(time.sys(), receiver);
  time.advance(10s);
  CHECK_FALSE(judge(unauthorized));
  CHECK(judge(caf::make_error(errc::stopped)));
  CHECK_FALSE(bearer.is_renewal_required());
  CHECK(judge(caf::make_error(errc::timed_out)));
  CHECK(source.calls().size() == 2);
}

TEST_CASE("a receiver of a stopped bearer says so and does not retry",
          "[receiver][I14]") {
  scene s;
  auto receiver = s.bearer.receiver();
  s.stop();
  auto err = fetch_once(s, receiver).error();
  CHECK(err == errc::stopped);
  CHECK_FALSE(retries(s, receiver, err));
}

TEST_CASE("a receiver whose cache was killed says stopped", "[receiver][I14]") {
  scene s;
  auto receiver = s.bearer.receiver();
  s.time.settle();
  caf::anon_send_exit(s.bearer.actor(), caf::exit_reason::kill);
  s.time.settle();
  CHECK(fetch_once(s, receiver).error() == errc::stopped);
}

TEST_CASE("options reach the cache through a receiver", "[receiver]") {
  scene s;
  s.gives(100s);
  auto receiver = s.bearer.receiver();
  fetch_once(s, receiver);
  s.time.advance(10s);
  CHECK(fetch_once(s, receiver, forced()).value().generation.count == 2);
  s.source.stays_silent();
  s.time.advance(10s);
  auto opts = forced();
  opts.timeout = 1s;
  auto f = fetch_once(s, receiver, opts);
  s.time.advance(1s);
  CHECK(f.error() == errc::timed_out);
}

TEST_CASE("a receiver ends with its last handle, and keeps the bearer until "
          "then",
          "[receiver]") {
  scene s;
  s.gives(100s);
  s.fetch();
  auto before = s.time.running();
  auto receiver = s.bearer.receiver();
  s.time.settle();
  CHECK(s.time.running() == before + 1);
  s.bearer = handle{};
  s.time.advance(90s);
  CHECK(s.calls() == 2);
  CHECK(fetch_once(s, receiver).value().generation.count == 2);
  receiver = nullptr;
  s.time.settle();
  CHECK(s.time.running() == before - 2);
  CHECK(s.time.timers() == 0);
}

// -- receivers of the user's own ----------------------------------------------

namespace {

/// Never retries, and never takes a token that has less than a minute to live.
class choosy_receiver_state {
public:
  static constexpr auto name = "test.choosy-receiver";

  choosy_receiver_state(receiver_actor::pointer self, cache_actor cache,
                        wall_clock clock)
    : self_(self), cache_(std::move(cache)), clock_(std::move(clock)) {
    // nop
  }

  receiver_actor::behavior_type make_behavior() {
    return {
      [this](fetch_atom, const fetch_options& opts) -> caf::result<token> {
        auto promise = self_->make_response_promise<token>();
        ask(opts, promise);
        return promise;
      },
      [](can_retry_atom, const caf::error&, const fetch_options&) {
        return false;
      },
      [this](latest_atom) -> caf::result<optional_token> { return latest_; },
    };
  }

private:
  void ask(const fetch_options& opts,
           caf::typed_response_promise<token> promise) {
    detail::mail(self_, fetch_atom_v, opts)
      .request(cache_, caf::infinite)
      .then(
        [this, again = fetch_options{opts}, promise](const token& tok) mutable {
          latest_ = tok;
          if (!tok.expires_at || *tok.expires_at - clock_() >= 1min) {
            promise.deliver(tok);
            return;
          }
          again.newer_than = tok.generation;
          ask(again, promise);
        },
        [promise](const caf::error& err) mutable { promise.deliver(err); });
  }

  receiver_actor::pointer self_;
  cache_actor cache_;
  wall_clock clock_;
  optional_token latest_;
};

} // namespace

TEST_CASE("users can bring receivers of their own over the same interface",
          "[receiver]") {
  scene s;
  using impl = caf::stateful_actor<choosy_receiver_state, receiver_actor::impl>;
  receiver_actor receiver = s.time.sys().spawn<impl>(s.bearer.actor(),
                                                     s.time.clock());
  s.gives(100s);
  CHECK_FALSE(latest(s, receiver));
  CHECK(fetch_once(s, receiver).value().generation.count == 1);
  CHECK_FALSE(retries(s, receiver, caf::make_error(errc::timed_out)));
  s.time.advance(50s);
  // Good for the bearer, not for this receiver.
  CHECK(s.fetch().value().generation.count == 1);
  CHECK(fetch_once(s, receiver).value().generation.count == 2);
  CHECK(latest(s, receiver)->generation.count == 2);
  CHECK(s.calls() == 2);
}
