#include <bearer/bearer.hpp>
#include <bearer/with_token.hpp>

#include "support/numbered_source.hpp"
#include "support/real_time.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

caf::error refused() {
  return caf::make_error(errc::token_refused, refusal{"https://api", 401});
}

/// A bearer whose source gives token after token, and counts.
struct fixture {
  numbered_source source;
  real_system real;
  handle api = *spawn(real.sys, source.spawn(real.sys), quick());
};

std::string text(const token& what) {
  return std::string{what.access_token.view()};
}

using outcome = caf::expected<std::string>;

} // namespace

// -- threads that are no actors -----------------------------------------------

TEST_CASE_METHOD(fixture, "a thread gets what its attempt brings",
                 "[with_token]") {
  const auto got = with_token(api, [](const token& tok, caf::timespan budget) {
    CHECK(budget > 59s);
    return outcome{"hello " + text(tok)};
  });
  CHECK(*got == "hello token-1");
}

TEST_CASE_METHOD(fixture, "a thread whose token is refused gets a newer one",
                 "[with_token][I4]") {
  auto seen = std::vector<std::string>{};
  const auto got = with_token(api, [&](const token& tok, caf::timespan) {
    seen.push_back(text(tok));
    return seen.size() == 1 ? outcome{refused()} : outcome{"hello"};
  });
  CHECK(*got == "hello");
  CHECK(seen == std::vector<std::string>{"token-1", "token-2"});
  CHECK(source.calls() == 2);
}

TEST_CASE_METHOD(fixture, "a thread's attempts are bounded by max_retries",
                 "[with_token]") {
  auto attempts = 0;
  auto opts = fetch_options{};
  opts.max_retries = 3;
  const auto got = with_token(
    api,
    [&](const token&, caf::timespan) {
      ++attempts;
      return caf::expected<void>{refused()};
    },
    opts);
  CHECK(error_of(got) == errc::token_refused);
  CHECK(attempts == 3);
}

TEST_CASE_METHOD(fixture,
                 "a thread's request ends with an error that is not "
                 "the token's",
                 "[with_token]") {
  auto attempts = 0;
  const auto got = with_token(api, [&](const token&, caf::timespan) {
    ++attempts;
    return outcome{caf::make_error(errc::server_refused)};
  });
  CHECK(error_of(got) == errc::server_refused);
  CHECK(attempts == 1);
  CHECK_FALSE(api.is_renewal_required());
}

TEST_CASE_METHOD(fixture, "a thread's request has one deadline",
                 "[with_token][I5]") {
  // There is a token already, hence the fetch needs no time.
  REQUIRE(api.fetch());
  auto opts = fetch_options{};
  opts.timeout = 0ns;
  auto attempts = 0;
  auto attempt = [&](const token&, caf::timespan budget) {
    ++attempts;
    // An attempt that takes all the time there is.
    const auto start = std::chrono::steady_clock::now();
    while (budget > 0ns && std::chrono::steady_clock::now() < start + budget)
      std::this_thread::yield();
    return outcome{refused()};
  };
  CHECK(error_of(with_token(api, attempt, opts)) == errc::timed_out);
  CHECK(attempts == 0);
  opts.timeout = 5ms;
  CHECK(error_of(with_token(api, attempt, opts)) == errc::token_refused);
  CHECK(attempts == 1);
}

TEST_CASE_METHOD(fixture, "without a token no thread makes an attempt",
                 "[with_token]") {
  api.stop();
  const auto got = with_token(api, [&](const token&, caf::timespan) {
    FAIL("an attempt without a token");
    return outcome{std::string{}};
  });
  CHECK(error_of(got) == errc::stopped);
}

TEST_CASE_METHOD(fixture, "an exception of an attempt comes out",
                 "[with_token]") {
  CHECK_THROWS_AS(with_token(api,
                             [](const token&, caf::timespan) -> outcome {
                               throw std::runtime_error{"no"};
                             }),
                  std::runtime_error);
}

TEST_CASE_METHOD(fixture,
                 "threads that are refused cost one call of the source",
                 "[with_token][I4]") {
  const auto first = api.fetch()->generation.count;
  auto threads = std::vector<std::jthread>{};
  auto good = std::atomic<int>{0};
  for (auto i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      const auto got = with_token(api, [&](const token& tok, caf::timespan) {
        return tok.generation.count == first ? outcome{refused()}
                                             : outcome{"hello"};
      });
      good += got ? 1 : 0;
    });
  threads.clear();
  CHECK(good == 8);
  CHECK(source.calls() == 2);
}

// -- completions from outside -------------------------------------------------

namespace {

/// An actor that makes a request and gives its completion away.
struct open_request {
  explicit open_request(fixture& at) {
    auto ends = std::make_shared<std::promise<outcome>>();
    auto gift = std::make_shared<std::promise<completion<std::string>>>();
    end = ends->get_future();
    given = gift->get_future();
    at.real.sys.spawn([=, api = at.api](caf::event_based_actor* self) {
      with_token<std::string>(self, api,
                              [gift](const token&, caf::timespan,
                                     completion<std::string> done) {
                                gift->set_value(std::move(done));
                              })
        .then([ends](const std::string& x) { ends->set_value(x); },
              [ends](const caf::error& x) { ends->set_value(x); });
    });
  }

  std::future<outcome> end;
  std::future<completion<std::string>> given;
};

} // namespace

TEST_CASE_METHOD(fixture, "any thread may complete an attempt",
                 "[with_token]") {
  auto request = open_request{*this};
  auto thread = std::jthread{[&] { request.given.get()(std::string{"hi"}); }};
  REQUIRE(request.end.wait_for(patience) == std::future_status::ready);
  CHECK(*request.end.get() == "hi");
}

TEST_CASE_METHOD(fixture,
                 "of threads that complete an attempt at once one wins",
                 "[with_token]") {
  for (auto round = 0; round < 200; ++round) {
    auto request = open_request{*this};
    auto done = request.given.get();
    auto go = std::atomic<bool>{false};
    auto threads = std::vector<std::jthread>{};
    for (auto name : {"one", "two"})
      threads.emplace_back([&go, done, name] {
        while (!go)
          std::this_thread::yield();
        done(std::string{name});
      });
    go = true;
    REQUIRE(request.end.wait_for(patience) == std::future_status::ready);
    const auto outcome = request.end.get();
    REQUIRE(outcome);
    CHECK((*outcome == "one" || *outcome == "two"));
  }
}

TEST_CASE("a completion outlives the actor system", "[with_token]") {
  auto done = std::optional<completion<std::string>>{};
  auto handler = std::weak_ptr<int>{};
  {
    fixture at;
    auto gift = std::make_shared<std::promise<completion<std::string>>>();
    auto given = gift->get_future();
    auto part = std::make_shared<int>();
    handler = part;
    auto client
      = at.real.sys.spawn([=, api = at.api](caf::event_based_actor* self) {
          with_token<std::string>(self, api,
                                  [gift](const token&, caf::timespan,
                                         completion<std::string> x) {
                                    gift->set_value(std::move(x));
                                  })
            .then([part](const std::string&) {}, [](const caf::error&) {});
        });
    done = given.get();
    caf::anon_send_exit(client, caf::exit_reason::kill);
  }
  CHECK(handler.expired());
  // Touches nothing that has gone, which the sanitizers confirm.
  (*done)(std::string{"late"});
}
