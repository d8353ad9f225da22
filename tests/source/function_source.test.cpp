#include <bearer/error.hpp>
#include <bearer/source/function_source.hpp>

#include "support/real_time.hpp"
#include "support/time_of.hpp"

#include <caf/event_based_actor.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>

#include <pthread.h>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

token make_token(std::string_view text) {
  auto result = token{};
  result.access_token = secret{text};
  return result;
}

/// A callable that blocks until it is released, whatever anybody wants.
/// Released at the end of the test at the latest, so that no thread outlives
/// it.
class blocked_call {
public:
  ~blocked_call() {
    released.set();
    // The source has let go of the callable, and so has the thread.
    destroyed.wait();
  }

  auto function(std::string_view text = "late") {
    auto last = std::make_shared<at_end>(destroyed);
    return [this, last, text] {
      entered.set();
      released.wait();
      return make_token(text);
    };
  }

  signal entered;
  signal released;
  signal destroyed;
};

} // namespace

TEST_CASE("a function may take nothing, the attempt, or a stop token as well") {
  real_system real;
  auto of = [&](auto f) {
    return secret_of(ask(real.sys, function_source(real.sys, std::move(f))));
  };
  CHECK(of([] { return make_token("a"); }) == "a");
  CHECK(of([](const attempt&) { return make_token("b"); }) == "b");
  CHECK(of([](const attempt&, std::stop_token) { return make_token("c"); })
        == "c");
  CHECK(of([] { return caf::expected<token>{make_token("d")}; }) == "d");
  CHECK(of([p = std::make_unique<std::string>("e")] { return make_token(*p); })
        == "e");
  CHECK(of([n = 0]() mutable { return make_token(std::to_string(++n)); })
        == "1");
}

TEST_CASE("a function sees the attempt and what is left of its budget") {
  real_system real;
  auto seen = std::make_shared<attempt>();
  auto source = function_source(real.sys, [seen](const attempt& what) {
    *seen = what;
    return make_token("abc");
  });
  auto what = make_attempt(10s);
  what.number = 7;
  what.reason = attempt_reason::rejected;
  what.previous = make_token("old");
  what.previous.generation = {1, 2};
  CHECK(secret_of(ask(real.sys, source, what)) == "abc");
  CHECK(seen->number == 7);
  CHECK(seen->reason == attempt_reason::rejected);
  CHECK(seen->previous.access_token.view() == "old");
  CHECK(seen->previous.generation == generation{1, 2});
  CHECK(seen->budget <= 10s);
  CHECK(seen->budget > 0s);
}

TEST_CASE("a function gets one call after the other") {
  real_system real;
  auto source = function_source(real.sys, [](const attempt& what) {
    return make_token("token-" + std::to_string(what.number));
  });
  for (std::uint64_t number = 1; number <= 100; ++number) {
    auto what = make_attempt();
    what.number = number;
    CHECK(secret_of(ask(real.sys, source, what))
          == "token-" + std::to_string(number));
  }
}

TEST_CASE("an error of a function arrives as it is") {
  real_system real;
  auto source = function_source(real.sys, []() -> caf::expected<token> {
    return make_transient(make_permanent(caf::make_error(errc::empty_token)),
                          3s);
  });
  auto err = error_of(ask(real.sys, source));
  CHECK(err == errc::transient_failure);
  CHECK(retry_after_of(err) == 3s);
}

TEST_CASE("an exception is a failed attempt that tells its text") {
  real_system real;
  auto source = function_source(real.sys, []() -> token {
    throw std::runtime_error("no network");
  });
  auto result = ask(real.sys, source);
  CHECK(error_of(result) == errc::source_failed);
  CHECK(contains(error_text(result), "no network"));
  CHECK_FALSE(is_permanent(error_of(result)));
}

TEST_CASE("the text of an exception is bounded and shows no secret") {
  real_system real;
  auto source = function_source(real.sys, []() -> token {
    throw std::runtime_error("refused CANARY, not abcdefghij0123456789 "
                             + std::string(100'000, 'x'));
  });
  auto what = make_attempt();
  what.previous = make_token("CANARY");
  auto result = ask(real.sys, source, what);
  CHECK(error_of(result) == errc::source_failed);
  CHECK(contains(error_text(result), "refused <redacted>, not <redacted>"));
  CHECK_FALSE(contains(error_text(result), "CANARY"));
  CHECK(error_text(result).size() < 400);
}

TEST_CASE("anything else that is thrown is a failed attempt") {
  real_system real;
  auto source = function_source(real.sys, []() -> token { throw 42; });
  CHECK(error_of(ask(real.sys, source)) == errc::source_failed);
  CHECK(error_of(ask(real.sys, source)) == errc::source_failed);
}

TEST_CASE("a function that ends its thread has failed the attempt") {
  real_system real;
  auto source = function_source(real.sys,
                                []() -> token { ::pthread_exit(nullptr); });
  CHECK(error_of(ask(real.sys, source)) == errc::source_failed);
  CHECK(error_of(ask(real.sys, source)) == errc::source_failed);
}

TEST_CASE("a result with neither token nor error is a failed attempt") {
  real_system real;
  auto source = function_source(real.sys, []() -> caf::expected<token> {
    return caf::error{};
  });
  CHECK(error_of(ask(real.sys, source)) == errc::source_failed);
}

TEST_CASE("a thread that cannot be started is a failed attempt") {
  real_system real;
  auto source = function_source(real.sys, [] { return make_token("abc"); });
  pthread_attr_t usual;
  pthread_attr_t impossible;
  REQUIRE(::pthread_getattr_default_np(&usual) == 0);
  REQUIRE(::pthread_getattr_default_np(&impossible) == 0);
  // More than there are addresses.
  REQUIRE(::pthread_attr_setstacksize(&impossible, std::size_t{1} << 60) == 0);
  REQUIRE(::pthread_setattr_default_np(&impossible) == 0);
  auto result = ask(real.sys, source);
  REQUIRE(::pthread_setattr_default_np(&usual) == 0);
  CHECK(error_of(result) == errc::source_failed);
  CHECK(contains(error_text(result), "thread"));
  CHECK(secret_of(ask(real.sys, source)) == "abc");
  ::pthread_attr_destroy(&usual);
  ::pthread_attr_destroy(&impossible);
}

TEST_CASE("a second call is refused while the first one is under way") {
  real_system real;
  blocked_call blocked;
  auto source = function_source(real.sys, blocked.function("first"));
  auto client = asker{real.sys};
  auto first = client.start(source, make_attempt());
  REQUIRE(blocked.entered.wait());
  CHECK(error_of(ask(real.sys, source)) == errc::busy);
  CHECK(error_of(ask(real.sys, source)) == errc::busy);
  blocked.released.set();
  CHECK(secret_of(client.answer(std::move(first))) == "first");
  CHECK(secret_of(ask(real.sys, source)) == "first");
}

TEST_CASE("the late result of a call given up is nobody's answer") {
  real_system real;
  blocked_call blocked;
  auto calls = std::make_shared<std::atomic<int>>(0);
  auto source
    = function_source(real.sys, [calls, block = blocked.function("late")] {
        return ++*calls == 1 ? block() : make_token("second");
      });
  {
    // Asks and ends without waiting.
    auto impatient = asker{real.sys};
    impatient.start(source, make_attempt());
    REQUIRE(blocked.entered.wait());
  }
  CHECK(error_of(ask(real.sys, source)) == errc::busy);
  blocked.released.set();
  auto result = ask(real.sys, source);
  while (!result && result.error() == errc::busy)
    result = ask(real.sys, source);
  CHECK(secret_of(result) == "second");
}

TEST_CASE("a call whose budget has passed is not started") {
  real_system real;
  signal called;
  auto source = function_source(real.sys, [called]() mutable {
    called.set();
    return make_token("abc");
  });
  CHECK(error_of(ask(real.sys, source, make_attempt(0s)))
        == errc::attempt_timed_out);
  CHECK(error_of(ask(real.sys, source, make_attempt(-5s)))
        == errc::attempt_timed_out);
  CHECK_FALSE(called.is_set());
  CHECK(secret_of(ask(real.sys, source, make_attempt(caf::timespan::max())))
        == "abc");
}

TEST_CASE("a blocked function does not delay the end of the actor system") {
  blocked_call blocked;
  auto real = std::make_optional<real_system>();
  {
    auto source = function_source(real->sys, blocked.function());
    auto client = asker{real->sys};
    client.start(source, make_attempt(1h));
    REQUIRE(blocked.entered.wait());
  }
  CHECK(time_of([&] { real.reset(); }) < 1s);
  // The late result finds nobody.
  blocked.released.set();
  CHECK(blocked.destroyed.wait());
}

TEST_CASE(
  "an actor that waits for a blocked function does not delay the end of "
  "the actor system") {
  blocked_call blocked;
  auto real = std::make_optional<real_system>();
  {
    auto source = function_source(real->sys, blocked.function());
    real->sys.spawn([source](caf::event_based_actor* self) {
      detail::mail(self, fetch_atom_v, make_attempt(1h))
        .request(source.fetcher(), caf::infinite)
        .then([](const token&) {}, [](const caf::error&) {});
    });
    REQUIRE(blocked.entered.wait());
  }
  // The waiting actor holds no handle of the source, as its request is under
  // way, and is told that there is no source any more.
  CHECK(time_of([&] { real.reset(); }) < 1s);
}

TEST_CASE("the last handle ends a source, whoever still waits") {
  real_system real;
  blocked_call blocked;
  auto source
    = std::make_optional(function_source(real.sys, blocked.function()));
  auto client = asker{real.sys};
  auto pending = client.start(*source, make_attempt());
  REQUIRE(blocked.entered.wait());
  source.reset();
  CHECK(error_of(client.answer(std::move(pending))) == errc::source_down);
}

TEST_CASE("a function is asked to stop when the last handle goes") {
  real_system real;
  signal entered;
  signal stopped;
  auto source = std::make_optional(function_source(
    real.sys, [entered, stopped](const attempt&, std::stop_token stop) mutable {
      auto on_stop = std::stop_callback{stop, [&stopped] { stopped.set(); }};
      entered.set();
      stopped.wait();
      return make_token("abc");
    }));
  auto client = asker{real.sys};
  client.start(*source, make_attempt());
  REQUIRE(entered.wait());
  CHECK_FALSE(stopped.is_set());
  source.reset();
  CHECK(stopped.wait());
}

TEST_CASE("closing asks the function to stop and waits for it") {
  real_system real;
  signal entered;
  signal stopped;
  auto source = function_source(
    real.sys, [entered, stopped](const attempt&, std::stop_token stop) mutable {
      auto on_stop = std::stop_callback{stop, [&stopped] { stopped.set(); }};
      entered.set();
      stopped.wait();
      return make_token("abc");
    });
  auto client = asker{real.sys};
  auto pending = client.start(source, make_attempt());
  REQUIRE(entered.wait());
  CHECK_FALSE(client.closed(client.close(source, 1h)));
  CHECK(secret_of(client.answer(std::move(pending))) == "abc");
}

TEST_CASE("closing waits for a deaf function no longer than the grace") {
  real_system real;
  blocked_call blocked;
  auto source = function_source(real.sys, blocked.function());
  auto client = asker{real.sys};
  auto pending = client.start(source, make_attempt());
  REQUIRE(blocked.entered.wait());
  CHECK_FALSE(client.closed(client.close(source, 20ms)));
  CHECK(error_of(client.answer(std::move(pending))) == errc::source_down);
}

TEST_CASE("a closed source makes no more calls") {
  real_system real;
  signal called;
  auto source = function_source(real.sys, [called]() mutable {
    called.set();
    return make_token("abc");
  });
  auto client = asker{real.sys};
  CHECK_FALSE(client.closed(client.close(source, 1h)));
  CHECK_FALSE(client.closed(client.close(source, 1h)));
  CHECK(is_permanent(error_of(ask(real.sys, source))));
  CHECK_FALSE(called.is_set());
}

TEST_CASE("results that meet the end of their source are dropped in peace") {
  // No event tells the moment, so many rounds try to hit it.
  for (auto round = 0; round < 300; ++round) {
    real_system real;
    signal entered;
    auto source
      = std::make_optional(function_source(real.sys, [entered]() mutable {
          entered.set();
          return make_token("abc");
        }));
    auto client = asker{real.sys};
    client.start(*source, make_attempt());
    if (round % 2 == 0)
      entered.wait();
    source.reset();
  }
}
