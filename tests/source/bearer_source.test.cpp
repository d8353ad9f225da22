#include <bearer/bearer.hpp>
#include <bearer/error.hpp>
#include <bearer/source/bearer_source.hpp>
#include <bearer/source/function_source.hpp>
#include <bearer/source/static_source.hpp>

#include "support/real_time.hpp"
#include "support/time_of.hpp"

#include <caf/exit_reason.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

constexpr auto inner_generation = generation{17, 4};

token make_token(std::string_view text) {
  auto result = token{};
  result.access_token = secret{text};
  result.generation = inner_generation;
  return result;
}

/// What the inner bearer was asked, and how it answers.
struct inner_script {
  std::mutex mutex;
  std::vector<std::string> log;
  std::vector<fetch_options> fetches;
  std::vector<caf::timespan> closings;

  /// No result leaves the fetch without an answer.
  std::function<std::optional<caf::expected<token>>(const fetch_options&)> reply
    = [](const fetch_options&) { return make_token("inner"); };

  signal fetched;
};

/// A bearer's cache that answers as the test says.
class scripted_cache {
public:
  scripted_cache(cache_actor::pointer self,
                 std::shared_ptr<inner_script> script)
    : self_(self), script_(std::move(script)) {
    // nop
  }

  cache_actor::behavior_type make_behavior() {
    return {
      [this](fetch_atom, const fetch_options& opts) { return fetch(opts); },
      [this](fetch_atom, const fetch_options& opts, const receiver_link&) {
        return fetch(opts);
      },
      [this](reject_atom, const generation& what) {
        note("reject " + to_string(what));
      },
      [this](request_renewal_atom) { note("request_renewal"); },
      [this](prefetch_atom) { note("prefetch"); },
      [](subscribe_atom, const event_listener&) {},
      [](unsubscribe_atom, const event_listener&) {},
      [](status_atom) { return status{}; },
      [this](stop_atom) { note("stop"); },
      [this](close_atom, caf::timespan grace) {
        auto guard = std::lock_guard{script_->mutex};
        script_->closings.push_back(grace);
      },
      [](publish_atom, const token&, caf::timestamp) {},
      [](withdraw_atom, const generation&) {},
    };
  }

private:
  caf::result<token> fetch(const fetch_options& opts) {
    note("fetch");
    auto guard = std::lock_guard{script_->mutex};
    script_->fetches.push_back(opts);
    auto reply = script_->reply(opts);
    script_->fetched.set();
    if (!reply) {
      parked_.push_back(self_->make_response_promise<token>());
      return parked_.back();
    }
    if (*reply)
      return std::move(**reply);
    return std::move(reply->error());
  }

  void note(std::string what) {
    auto guard = std::lock_guard{script_->mutex};
    script_->log.push_back(std::move(what));
  }

  cache_actor::pointer self_;
  std::shared_ptr<inner_script> script_;
  std::vector<caf::typed_response_promise<token>> parked_;
};

struct fixture {
  real_system real;
  std::shared_ptr<inner_script> script = std::make_shared<inner_script>();
  cache_actor inner
    = real.sys.spawn<caf::stateful_actor<scripted_cache, cache_actor::impl>>(
      script);
  any_source source = bearer_source(real.sys, inner);

  ~fixture() {
    // On CAF 1.x its parked promises keep a scripted cache alive. Real ones
    // park none.
    caf::anon_send_exit(inner, caf::exit_reason::kill);
  }

  caf::error failure(caf::error inner_error) {
    script->reply = [inner_error](const fetch_options&) { return inner_error; };
    return error_of(ask(real.sys, source));
  }
};

attempt make_renewal(attempt_reason reason) {
  auto result = make_attempt();
  result.reason = reason;
  result.previous = make_token("old");
  return result;
}

caf::error timed_out_after(caf::error last) {
  return caf::make_error(errc::timed_out,
                         timeout_details{std::move(last), std::nullopt});
}

} // namespace

TEST_CASE_METHOD(fixture, "a bearer's token goes on as it came",
                 "[bearer_source]") {
  script->reply = [](const fetch_options&) {
    auto result = make_token("inner");
    result.expires_at = caf::timestamp{1'700'000'000s};
    result.refresh_after = 7s;
    return result;
  };
  auto result = ask(real.sys, source);
  CHECK(secret_of(result) == "inner");
  CHECK(result->expires_at == caf::timestamp{1'700'000'000s});
  CHECK(result->refresh_after == 7s);
  CHECK(result->generation == inner_generation);
}

TEST_CASE_METHOD(fixture, "the reason of the attempt decides what is asked",
                 "[bearer_source]") {
  using log = std::vector<std::string>;
  SECTION("a first or scheduled attempt is a plain fetch") {
    ask(real.sys, source, make_attempt());
    ask(real.sys, source, make_renewal(attempt_reason::scheduled));
    CHECK(script->log == log{"fetch", "fetch"});
    CHECK_FALSE(script->fetches[0].newer_than);
    CHECK_FALSE(script->fetches[1].newer_than);
  }
  SECTION("a requested one wants a newer token") {
    ask(real.sys, source, make_renewal(attempt_reason::requested));
    CHECK(script->log == log{"fetch"});
    CHECK(script->fetches[0].newer_than == inner_generation);
  }
  SECTION("a rejected one rejects first") {
    ask(real.sys, source, make_renewal(attempt_reason::rejected));
    CHECK(script->log == log{"reject " + to_string(inner_generation), "fetch"});
    CHECK(script->fetches[0].newer_than == inner_generation);
  }
  SECTION("without a previous token there is none to be newer than") {
    for (auto reason : {attempt_reason::requested, attempt_reason::rejected}) {
      auto what = make_attempt();
      what.reason = reason;
      ask(real.sys, source, what);
    }
    CHECK(script->log == log{"fetch", "fetch"});
    CHECK_FALSE(script->fetches[0].newer_than);
    CHECK_FALSE(script->fetches[1].newer_than);
  }
}

TEST_CASE_METHOD(fixture,
                 "an inner bearer that has a rejected token again is told so",
                 "[bearer_source][I4]") {
  const auto again = generation{inner_generation.id,
                                inner_generation.count + 2};
  script->reply = [&](const fetch_options& opts) {
    auto result = make_token(opts.newer_than ? "new" : "rejected");
    result.generation = again;
    return result;
  };
  auto what = make_renewal(attempt_reason::scheduled);
  what.rejected = secret{"rejected"};
  CHECK(secret_of(ask(real.sys, source, what)) == "new");
  CHECK(script->log
        == std::vector<std::string>{"fetch", "reject " + to_string(again),
                                    "fetch"});
  CHECK(script->fetches[1].newer_than == again);
}

TEST_CASE_METHOD(fixture, "an inner bearer is told of a rejected token once",
                 "[bearer_source][I4]") {
  script->reply = [](const fetch_options&) { return make_token("rejected"); };
  auto what = make_renewal(attempt_reason::scheduled);
  what.rejected = secret{"rejected"};
  // The outer one will refuse it.
  CHECK(secret_of(ask(real.sys, source, what)) == "rejected");
  CHECK(script->fetches.size() == 2);
}

TEST_CASE_METHOD(fixture, "the inner deadline lies slightly below the budget",
                 "[bearer_source]") {
  for (caf::timespan budget : {caf::timespan{5s}, caf::timespan{100ms},
                               caf::timespan{10ms}, caf::timespan{1h}}) {
    ask(real.sys, source, make_attempt(budget));
    const auto timeout = script->fetches.back().timeout;
    REQUIRE(timeout);
    CHECK(*timeout < budget);
    CHECK(*timeout >= budget / 2);
  }
}

TEST_CASE_METHOD(fixture, "a stopped or dead bearer is a permanent failure",
                 "[bearer_source]") {
  CHECK(failure(caf::make_error(errc::stopped)) == errc::source_stopped);
  caf::anon_send_exit(inner, caf::exit_reason::kill);
  auto err = error_of(ask(real.sys, source));
  while (err != errc::source_stopped)
    err = error_of(ask(real.sys, source));
  CHECK(is_permanent(err));
}

TEST_CASE_METHOD(fixture, "a timeout tells the inner bearer's last error",
                 "[bearer_source]") {
  const auto last = caf::make_error(errc::unreadable_token, "of the inner one");
  CHECK(failure(timed_out_after(last)) == last);
  CHECK(is_permanent(failure(timed_out_after(make_permanent(last)))));
  CHECK(failure(timed_out_after({})) == errc::attempt_timed_out);
  CHECK(failure(caf::make_error(errc::timed_out)) == errc::attempt_timed_out);
}

TEST_CASE_METHOD(fixture, "other errors of the inner bearer arrive as they are",
                 "[bearer_source]") {
  const auto other = caf::make_error(errc::empty_token, "of the inner one");
  CHECK(failure(other) == other);
  CHECK(failure(make_transient(other, 3s)) == make_transient(other, 3s));
}

TEST_CASE_METHOD(fixture,
                 "if there is no newer token, a requested attempt gets the old "
                 "one",
                 "[bearer_source]") {
  script->reply = [](const fetch_options& opts) -> caf::expected<token> {
    if (opts.newer_than)
      return caf::make_error(errc::unchanged);
    return make_token("old");
  };
  auto what = make_renewal(attempt_reason::requested);
  CHECK(secret_of(ask(real.sys, source, what)) == "old");
}

TEST_CASE_METHOD(fixture, "closing closes the inner bearer, dead or alive",
                 "[bearer_source]") {
  auto client = asker{real.sys};
  CHECK_FALSE(client.closed(client.close(source, 3s)));
  CHECK(script->closings == std::vector<caf::timespan>{3s});
  caf::anon_send_exit(inner, caf::exit_reason::kill);
  CHECK_FALSE(client.closed(client.close(source, 3s)));
}

TEST_CASE_METHOD(fixture, "a source that serves two bearers mixes no answers",
                 "[bearer_source]") {
  script->reply = [](const fetch_options&) { return std::nullopt; };
  auto first = asker{real.sys};
  // Stays without an answer until the source ends.
  [[maybe_unused]] auto waiting = first.start(source, make_attempt(200ms));
  REQUIRE(script->fetched.wait());
  {
    auto guard = std::lock_guard{script->mutex};
    script->reply = [](const fetch_options&) { return make_token("inner"); };
  }
  CHECK(secret_of(ask(real.sys, source)) == "inner");
}

TEST_CASE("a bearer that waits for another one does not delay the end of the "
          "actor system",
          "[bearer_source]") {
  signal entered;
  signal released;
  signal destroyed;
  auto real = std::make_optional<real_system>();
  {
    auto last = std::make_shared<at_end>(destroyed);
    auto block = [last, entered, released]() mutable {
      entered.set();
      released.wait();
      return make_token("late");
    };
    auto inner = spawn(real->sys, function_source(real->sys, std::move(block)));
    last.reset();
    auto outer = spawn(real->sys, bearer_source(real->sys, inner->actor()));
    outer->prefetch();
    REQUIRE(entered.wait());
  }
  CHECK(time_of([&] { real.reset(); }) < 1s);
  released.set();
  CHECK(destroyed.wait());
}

TEST_CASE("renewing a bearer in front of a static one changes nothing",
          "[bearer_source]") {
  real_system real;
  auto settings = renewal_settings{};
  settings.initial_retry_timeout = 1ms;
  auto inner = spawn(real.sys, static_source(real.sys, "abc"), settings);
  REQUIRE(inner);
  auto outer = spawn(real.sys, bearer_source(real.sys, inner->actor()),
                     settings);
  REQUIRE(outer);
  auto first = outer->fetch();
  CHECK(secret_of(first) == "abc");
  auto forced = fetch_options{};
  forced.renew_required = true;
  CHECK(error_of(outer->fetch(forced)) == errc::unchanged);
  auto second = outer->fetch();
  CHECK(secret_of(second) == "abc");
  CHECK(second->generation == first->generation);
}
