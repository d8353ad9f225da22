#include <bearer/with_token.hpp>

#include "support/scene.hpp"

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/response_promise.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// What a server says to a token it does not like.
caf::error refused() {
  return caf::make_error(errc::token_refused,
                         refusal{"https://api.example", 401, "invalid_token"});
}

using outcome = caf::expected<std::string>;

/// How a request went.
struct record {
  /// What the attempts came with.
  std::vector<std::string> secrets;
  std::vector<caf::timespan> budgets;

  /// Attempts that the server has not answered.
  std::vector<completion<std::string>> open;

  /// How the request ended.
  std::vector<outcome> ends;

  const std::string& value() const {
    REQUIRE(ends.size() == 1);
    return *ends.at(0);
  }

  const caf::error& error() const {
    REQUIRE(ends.size() == 1);
    return ends.at(0).error();
  }
};

using record_ptr = std::shared_ptr<record>;

/// Stands for the server: answers an attempt, or leaves it open.
using server = std::function<std::optional<outcome>(const token&)>;

server always(outcome what) {
  return [what](const token&) { return what; };
}

server silence() {
  return [](const token&) { return std::nullopt; };
}

/// Refuses the first tokens, and greets the others.
server greets_from(std::uint64_t count) {
  return [count](const token& tok) -> outcome {
    if (tok.generation.count < count)
      return refused();
    return "hello " + text(tok);
  };
}

/// An attempt that keeps the record.
auto attempt_at(server to, const record_ptr& result) {
  return [to, result](const token& tok, caf::timespan budget,
                      completion<std::string> done) {
    result->secrets.push_back(text(tok));
    result->budgets.push_back(budget);
    if (auto what = to(tok))
      done(std::move(*what));
    else
      result->open.push_back(std::move(done));
  };
}

/// An actor that has made a request and holds nothing of the bearer itself.
struct client {
  client(scene& s, const server& to, const fetch_options& opts = {})
    : client(s, s.bearer, to, opts) {
    // nop
  }

  client(scene& s, const handle& api, const server& to,
         const fetch_options& opts = {}) {
    actor = s.time.sys().spawn([=, this, result = result, api = api](
                                 caf::event_based_actor* self) mutable {
      with_token<std::string>(self, api, attempt_at(to, result), opts)
        .then([result](const std::string& x) { result->ends.push_back(x); },
              [result](const caf::error& x) { result->ends.push_back(x); });
      api = {};
    });
    s.time.settle();
  }

  const record* operator->() const {
    return result.get();
  }

  record_ptr result = std::make_shared<record>();
  caf::actor actor;
};

} // namespace

// -- attempts -----------------------------------------------------------------

TEST_CASE("a request brings what its attempt brings", "[with_token]") {
  scene s;
  s.gives(100s);
  const auto one = client{s, greets_from(1)};
  CHECK(one->value() == "hello secret-1");
  CHECK(one->secrets.size() == 1);
  CHECK(s.calls() == 1);
}

TEST_CASE("a refused token is rejected, and a newer one is tried",
          "[with_token][I4]") {
  scene s;
  s.gives(100s);
  const auto one = client{s, greets_from(2)};
  CHECK(one->ends.empty());
  CHECK(s.bearer.is_renewal_required());
  s.time.advance(1s);
  CHECK(one->value() == "hello secret-2");
  CHECK(one->secrets == std::vector<std::string>{"secret-1", "secret-2"});
  CHECK(s.calls() == 2);
}

TEST_CASE("a thousand requests that are refused cost one call of the source",
          "[with_token][I4]") {
  scene s;
  s.gives(100s);
  auto all = std::vector<client>{};
  for (auto i = 0; i < 1'000; ++i)
    all.emplace_back(s, greets_from(2));
  s.time.advance(1s);
  for (const auto& one : all)
    CHECK(one->value() == "hello secret-2");
  CHECK(s.calls() == 2);
}

TEST_CASE("max_retries bounds the attempts", "[with_token]") {
  scene s;
  s.gives(100s);
  const auto usual = client{s, always(refused())};
  s.time.advance(10s);
  CHECK(usual->error() == errc::token_refused);
  CHECK(usual->secrets.size() == 2);
  const auto more = client{s, always(refused()),
                           with([](auto& x) { x.max_retries = 4; })};
  s.time.advance(10s);
  CHECK(more->error() == errc::token_refused);
  CHECK(more->secrets.size() == 4);
}

TEST_CASE("an error that is not the token's ends a request at once",
          "[with_token]") {
  scene s;
  s.gives(100s);
  for (auto code : {errc::server_refused, errc::answer_lost}) {
    const auto one = client{s, always(caf::make_error(code))};
    CHECK(one->error() == code);
    CHECK(one->secrets.size() == 1);
  }
  CHECK(s.status().current->count == 1);
  CHECK_FALSE(s.bearer.is_renewal_required());
}

TEST_CASE("a request that was never sent is sent again with the same token",
          "[with_token]") {
  scene s;
  s.gives(100s);
  const auto one = client{s, always(caf::make_error(errc::connection_failed))};
  CHECK(one->error() == errc::connection_failed);
  CHECK(one->secrets == std::vector<std::string>{"secret-1", "secret-1"});
}

TEST_CASE("a bearer's own predicate judges the attempts' errors",
          "[with_token]") {
  scene s;
  s.gives(100s);
  auto options = spawn_options{};
  options.clock = s.time.clock();
  options.judge = [](const caf::error& why) {
    return why == errc::server_refused ? retry_verdict::refused
                                       : retry_verdict::no;
  };
  const auto api = *spawn(s.time.sys(), s.source.actor(), exact(), options);
  const auto no = client{s, api, always(refused())};
  CHECK(no->error() == errc::token_refused);
  CHECK(no->secrets.size() == 1);
  const auto yes = client{s, api,
                          always(caf::make_error(errc::server_refused))};
  s.time.advance(1s);
  CHECK(yes->secrets.size() == 2);
}

// -- fetches ------------------------------------------------------------------

TEST_CASE("without a token no attempt is made", "[with_token][I6]") {
  scene s;
  s.fails(make_permanent(outage()));
  const auto one = client{s, greets_from(1)};
  CHECK(one->error() == errc::permanent_failure);
  CHECK(one->secrets.empty());
}

TEST_CASE("a request waits for a token through an outage", "[with_token]") {
  scene s;
  s.fails();
  const auto one = client{s, greets_from(1)};
  s.time.advance(20s);
  CHECK(one->ends.empty());
  s.gives(100s);
  s.time.advance(20s);
  CHECK(one->value() == "hello secret-1");
}

TEST_CASE("the options are those of the first fetch", "[with_token][I16]") {
  scene s;
  s.gives(100s);
  s.fetch();
  s.time.advance(2s);
  const auto one = client{s, always(caf::make_error(errc::connection_failed)),
                          forced()};
  // The second attempt has no reason to force another renewal.
  CHECK(one->secrets == std::vector<std::string>{"secret-2", "secret-2"});
  CHECK(s.calls() == 2);
}

TEST_CASE("an option that is wrong is named", "[with_token][I17]") {
  scene s;
  s.gives(100s);
  const auto one = client{s, greets_from(1), within(-1s)};
  CHECK(one->error() == errc::invalid_option);
  CHECK(to_string(one->error()).find("timeout") != std::string::npos);
}

// -- the deadline -------------------------------------------------------------

TEST_CASE("one deadline is over all of a request", "[with_token][I5]") {
  scene s;
  s.gives(100s);
  const auto one = client{s, silence(), within(10s)};
  CHECK(one->budgets == std::vector<caf::timespan>{10s});
  s.time.advance(4s);
  one->open.at(0)(refused());
  s.time.settle();
  CHECK(one->budgets == std::vector<caf::timespan>{10s, 6s});
  s.time.advance(6s - 1ns);
  CHECK(one->ends.empty());
  s.time.advance(1ns);
  CHECK(one->error() == errc::timed_out);
  CHECK(timeout_details_of(one->error())->last_error == errc::token_refused);
}

TEST_CASE("the deadline is that of a fetch unless the options name one",
          "[with_token]") {
  auto settings = exact();
  settings.fetch_timeout = 7s;
  scene s{settings};
  s.gives(100s);
  const auto one = client{s, silence()};
  CHECK(one->budgets == std::vector<caf::timespan>{7s});
  s.time.advance(7s);
  CHECK(one->error() == errc::timed_out);
  CHECK_FALSE(timeout_details_of(one->error())->last_error);
}

TEST_CASE("a fetch for another attempt has what is left of the time",
          "[with_token][I5]") {
  scene s;
  s.gives(100s);
  const auto one = client{s, greets_from(2), within(10s)};
  s.source.stays_silent();
  s.time.advance(10s - 1ns);
  CHECK(one->ends.empty());
  s.time.advance(1ns);
  CHECK(one->error() == errc::timed_out);
}

TEST_CASE("a refusal that comes at the deadline is the request's end",
          "[with_token][I4]") {
  scene s;
  s.gives(100s);
  const auto one = client{s, silence(), within(10s)};
  // The clock moves before the answer is delivered.
  one->open.at(0)(refused());
  s.time.pass(10s);
  s.time.settle();
  CHECK(one->error() == errc::token_refused);
  CHECK(one->secrets.size() == 1);
  // Rejected all the same, for the benefit of others.
  CHECK(s.status().current->count == 2);
}

TEST_CASE("without time no attempt is made", "[with_token][I5]") {
  scene s;
  s.gives(100s);
  s.fetch();
  const auto one = client{s, greets_from(1), within(0s)};
  CHECK(one->error() == errc::timed_out);
  CHECK(one->secrets.empty());
}

TEST_CASE("a request leaves no timer behind", "[with_token]") {
  scene s;
  s.gives(100s);
  s.fetch();
  const auto timers = s.time.timers();
  const auto one = client{s, greets_from(1)};
  CHECK(one->value() == "hello secret-1");
  CHECK(s.time.timers() == timers);
}

// -- completions --------------------------------------------------------------

TEST_CASE("of a completion the first call counts", "[with_token]") {
  scene s;
  s.gives(100s);
  const auto one = client{s, silence()};
  const auto copy = one->open.at(0);
  copy(std::string{"first"});
  one->open.at(0)(std::string{"second"});
  copy(refused());
  s.time.settle();
  CHECK(one->value() == "first");
}

TEST_CASE("a completion that nobody calls is a lost answer", "[with_token]") {
  scene s;
  s.gives(100s);
  const auto one = client{s, silence()};
  one.result->open.clear();
  s.time.settle();
  CHECK(one->error() == errc::answer_lost);
}

TEST_CASE("an error that is none is a lost answer", "[with_token]") {
  scene s;
  s.gives(100s);
  const auto one = client{s, silence()};
  one->open.at(0)(caf::error{});
  s.time.settle();
  CHECK(one->error() == errc::answer_lost);
}

TEST_CASE("a call that is too late does nothing", "[with_token][I7]") {
  scene s;
  s.gives(100s);
  const auto one = client{s, silence(), within(1s)};
  s.time.advance(1s);
  REQUIRE(one->error() == errc::timed_out);
  one->open.at(0)(std::string{"late"});
  s.time.settle();
  CHECK(one->ends.size() == 1);
}

// -- lives --------------------------------------------------------------------

TEST_CASE("a request under way keeps the bearer", "[with_token]") {
  scene s;
  s.gives(100s);
  auto api = *spawn(s.time.sys(), s.source.actor(), exact(),
                    {"other", {}, s.time.clock()});
  const auto before = s.time.running();
  const auto one = client{s, api, silence()};
  api = {};
  s.time.settle();
  // The bearer's actors run on for the request.
  CHECK(s.time.running() > before);
  one->open.at(0)(refused());
  s.time.advance(1s);
  CHECK(one->secrets.size() == 2);
  one->open.at(1)(std::string{"done"});
  s.time.settle();
  CHECK(one->value() == "done");
  CHECK(s.time.running() < before);
}

TEST_CASE("who waits for an attempt lives, though nobody knows him",
          "[with_token]") {
  scene s;
  s.gives(100s);
  auto one = client{s, silence(), within(10s)};
  one.actor = nullptr;
  s.time.settle();
  auto other = client{s, silence(), within(10s)};
  other.actor = nullptr;
  one->open.at(0)(std::string{"hello"});
  s.time.settle();
  CHECK(one->value() == "hello");
  const auto before = s.time.running();
  s.time.advance(10s);
  CHECK(other->error() == errc::timed_out);
  CHECK(s.time.running() < before);
}

TEST_CASE("a request ends with its actor", "[with_token][I7]") {
  scene s;
  s.gives(100s);
  auto api = *spawn(s.time.sys(), s.source.actor(), exact(),
                    {"other", {}, s.time.clock()});
  const auto before = s.time.running();
  auto one = client{s, api, silence()};
  api = {};
  caf::anon_send_exit(one.actor, caf::exit_reason::kill);
  one.actor = nullptr;
  s.time.settle();
  CHECK(s.time.running() < before);
  CHECK(s.time.timers() == 0);
  // Nobody hears it, and nothing is touched that has gone.
  one->open.at(0)(refused());
  s.time.settle();
  CHECK(one->ends.empty());
  CHECK(s.calls() == 1);
}

TEST_CASE("a bearer that is stopped ends its requests", "[with_token][I14]") {
  scene s;
  s.gives(100s);
  const auto one = client{s, greets_from(2)};
  s.stop();
  CHECK(one->error() == errc::stopped);
}

// -- kinds of actors ----------------------------------------------------------

namespace {

using greeter = caf::typed_actor<caf::result<std::string>(std::string)>;

/// A server that is an actor. It takes the token as the message.
greeter spawn_greeter(scene& s) {
  return s.time.sys().spawn([](greeter::pointer) -> greeter::behavior_type {
    return {[](const std::string& who) -> caf::result<std::string> {
      if (who == "secret-1")
        return refused();
      return "hello " + who;
    }};
  });
}

/// Serves others by requests of its own.
class middleman_state {
public:
  middleman_state(greeter::pointer self, handle api, greeter to)
    : self_(self), api_(std::move(api)), to_(std::move(to)) {
    // nop
  }

  greeter::behavior_type make_behavior() {
    return {[this](const std::string&) -> caf::result<std::string> {
      return with_token<std::string>(
               self_, api_,
               [this](const token& tok, caf::timespan budget) {
                 return detail::mail(self_, text(tok)).request(to_, budget);
               })
        .deliver_to(self_->make_response_promise<std::string>());
    }};
  }

private:
  greeter::pointer self_;
  handle api_;
  greeter to_;
};

} // namespace

TEST_CASE("typed actors make requests of actors and deliver to promises",
          "[with_token]") {
  scene s;
  s.gives(100s);
  using impl = caf::stateful_actor<middleman_state, greeter::impl>;
  const greeter middle = s.time.sys().spawn<impl>(s.bearer, spawn_greeter(s));
  const auto answer = ask<std::string>(s.time.sys(), middle, std::string{});
  s.time.advance(1s);
  CHECK(answer->values == std::vector<std::string>{"hello secret-2"});
  // CAF 0.18 keeps an actor until the times of its own requests are over.
  s.time.advance(1min);
}

TEST_CASE("dynamically typed actors do so, too", "[with_token]") {
  scene s;
  s.gives(100s);
  const auto to = caf::actor_cast<caf::actor>(spawn_greeter(s));
  const auto middle = s.time.sys().spawn(
    [api = s.bearer, to](caf::event_based_actor* self) -> caf::behavior {
      return {[=](const std::string&) {
        return with_token<std::string>(
                 self, api,
                 [=](const token& tok, caf::timespan budget) {
                   return detail::mail(self, text(tok)).request(to, budget);
                 })
          .deliver_to(self->make_response_promise());
      }};
    });
  const auto answer = ask<std::string>(s.time.sys(), middle, std::string{});
  s.time.advance(1s);
  CHECK(answer->values == std::vector<std::string>{"hello secret-2"});
  // CAF 0.18 keeps an actor until the times of its own requests are over.
  s.time.advance(1min);
}

TEST_CASE("a server that is an actor and does not answer costs no token",
          "[with_token]") {
  scene s;
  s.gives(100s);
  auto promises = std::make_shared<std::vector<caf::response_promise>>();
  auto silent = s.time.sys().spawn([promises](caf::event_based_actor* self) {
    return caf::behavior{[=](const std::string&) {
      promises->push_back(self->make_response_promise());
      return promises->back();
    }};
  });
  auto ends = std::make_shared<std::vector<caf::error>>();
  s.time.sys().spawn([=, api = s.bearer](caf::event_based_actor* self) {
    with_token<std::string>(
      self, api,
      [=](const token& tok, caf::timespan) {
        return detail::mail(self, text(tok)).request(silent, 1s);
      })
      .then([](const std::string&) {},
            [ends](const caf::error& x) { ends->push_back(x); });
  });
  s.time.settle();
  s.time.advance(1s);
  REQUIRE(ends->size() == 1);
  CHECK(ends->front() == caf::sec::request_timeout);
  CHECK_FALSE(s.bearer.is_renewal_required());
  CHECK(s.calls() == 1);
  promises->clear();
  caf::anon_send_exit(silent, caf::exit_reason::kill);
  silent = nullptr;
  s.time.settle();
}

TEST_CASE("an actor may answer that it is done", "[with_token]") {
  scene s;
  s.gives(100s);
  using worker = caf::typed_actor<caf::result<void>(std::string)>;
  const worker to
    = s.time.sys().spawn([](worker::pointer) -> worker::behavior_type {
        return {[](const std::string& who) -> caf::result<void> {
          if (who == "secret-1")
            return refused();
          return caf::unit;
        }};
      });
  auto done = std::make_shared<int>(0);
  s.time.sys().spawn([=, api = s.bearer](caf::event_based_actor* self) {
    with_token<void>(self, api, [=](const token& tok, caf::timespan budget) {
      return detail::mail(self, text(tok)).request(to, budget);
    }).then([done] { ++*done; }, [](const caf::error&) {});
  });
  s.time.settle();
  s.time.advance(1s);
  CHECK(*done == 1);
  CHECK(s.calls() == 2);
}

TEST_CASE("an attempt that throws ends its actor, as any handler does",
          "[with_token][I7]") {
  scene s;
  s.gives(100s);
  auto api = *spawn(s.time.sys(), s.source.actor(), exact(),
                    {"other", {}, s.time.clock()});
  const auto before = s.time.running();
  const auto one = client{s, api, [](const token&) -> std::optional<outcome> {
                            throw std::runtime_error{"no"};
                          }};
  api = {};
  s.time.settle();
  CHECK(one->secrets.size() == 1);
  CHECK(one->ends.empty());
  CHECK(s.time.running() < before);
}

TEST_CASE("a request may bring nothing but its end", "[with_token]") {
  scene s;
  s.gives(100s);
  auto attempts = std::make_shared<int>(0);
  const auto middle = s.time.sys().spawn(
    [=, api = s.bearer](caf::event_based_actor* self) -> caf::behavior {
      return {[=](const std::string&) {
        return with_token<void>(self, api,
                                [attempts](const token&, caf::timespan,
                                           completion<void> done) {
                                  if (++*attempts == 1)
                                    done(refused());
                                  else
                                    done();
                                })
          .deliver_to(self->make_response_promise<void>());
      }};
    });
  const auto answer = ask(s.time.sys(), middle, std::string{});
  s.time.advance(1s);
  CHECK(answer->values.size() == 1);
  CHECK(*attempts == 2);
}
