#include <bearer/source/function_source.hpp>

#include "support/real_time.hpp"
#include "support/scene.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/byte_buffer.hpp>
#include <caf/deep_to_string.hpp>
#include <caf/exit_reason.hpp>
#include <caf/message.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// A source that gives a new token on every call and counts the calls.
any_source counting_source(caf::actor_system& sys,
                           std::shared_ptr<std::atomic<int>> calls) {
  return function_source(sys, [calls] {
    auto result = token{};
    result.access_token = secret{"real-" + std::to_string(++*calls)};
    return result;
  });
}

} // namespace

// -- on virtual time ----------------------------------------------------------

TEST_CASE("a handle knows its bearer's name and what it wraps", "[handle]") {
  scene s;
  CHECK(s.bearer.name() == "scene");
  CHECK(s.bearer.wrapped() == s.source.actor().fetcher());
  CHECK(spawn_options{}.name == "bearer");
}

TEST_CASE("copies of a handle name the same bearer", "[handle]") {
  scene s;
  const auto copy = s.bearer;
  CHECK(copy == s.bearer);
  CHECK(copy.actor() == s.bearer.actor());
  CHECK_FALSE(copy == handle{});
  CHECK_FALSE(handle{});
  CHECK(handle{} == handle{});
  auto other = *spawn(s.time.sys(), s.source.actor());
  CHECK_FALSE(other == copy);
}

TEST_CASE("is_renewal_required follows the token's life", "[handle]") {
  scene s;
  CHECK(s.bearer.is_renewal_required());
  s.gives(100s);
  const auto gen = s.fetch().value().generation;
  CHECK_FALSE(s.bearer.is_renewal_required());
  SECTION("expired by the wall clock, before anybody noticed") {
    s.time.jump_wall(200s);
    CHECK(s.bearer.is_renewal_required());
  }
  SECTION("rejected") {
    s.source.stays_silent();
    s.reject(gen);
    CHECK(s.bearer.is_renewal_required());
  }
  SECTION("stopped: cannot renew any more") {
    s.stop();
    CHECK_FALSE(s.bearer.is_renewal_required());
  }
}

TEST_CASE("a handle travels in messages inside its actor system", "[handle]") {
  scene s;
  s.gives(100s);
  auto fetched = std::make_shared<pending_fetch::state>();
  auto client = s.time.sys().spawn(
    [fetched](caf::event_based_actor* self) -> caf::behavior {
      return {[self, fetched](const handle& bearer) {
        bearer.fetch(self).then(
          [fetched](const token& tok) { fetched->answers.emplace_back(tok); },
          [fetched](const caf::error& err) {
            fetched->answers.emplace_back(err);
          });
      }};
    });
  detail::anon_mail(client, s.bearer);
  s.time.settle();
  REQUIRE(fetched->answers.size() == 1);
  CHECK(fetched->answers[0]->generation.count == 1);
}

TEST_CASE("an actor can spawn a bearer and fetch from it", "[handle]") {
  virtual_time time;
  scripted_source source{time.sys()};
  source.replies_with(make_token("from-inside"));
  auto got = std::make_shared<std::string>();
  time.sys().spawn([&, got](caf::event_based_actor* self) {
    auto bearer = *spawn(self->system(), source.actor(), exact(),
                         {"inside", {}, time.clock()});
    bearer.fetch(self).then(
      [got](const token& tok) { *got = std::string{tok.access_token.view()}; },
      [](const caf::error&) { /* shows in the result */ });
  });
  time.settle();
  // The bearer ends right away, as nobody kept its handle.
  source.answer(0, make_token("from-inside"));
  time.settle();
  CHECK((*got == "from-inside" || got->empty()));
  CHECK(time.timers() == 0);
}

TEST_CASE("serialising a handle is an error that says what to do instead",
          "[handle]") {
  scene s;
  caf::byte_buffer buf;
  caf::binary_serializer sink{s.time.sys(), buf};
  CHECK_FALSE(sink.apply(s.bearer));
  CHECK(sink.get_error() == errc::not_serializable);
  const auto text = to_string(sink.get_error());
  CHECK(contains(text, "publish"));
  CHECK(contains(text, "connect"));
  SECTION("as part of a message") {
    buf.clear();
    caf::binary_serializer other{s.time.sys(), buf};
    CHECK_FALSE(other.apply(caf::make_message(s.bearer)));
  }
  SECTION("invalid ones, too") {
    caf::binary_serializer other{s.time.sys(), buf};
    CHECK_FALSE(other.apply(handle{}));
  }
}

TEST_CASE("a handle cannot be made from bytes", "[handle]") {
  scene s;
  caf::byte_buffer buf(64);
  caf::binary_deserializer from{s.time.sys(), buf};
  auto copy = handle{};
  CHECK_FALSE(from.apply(copy));
  CHECK(from.get_error() == errc::not_serializable);
}

TEST_CASE("people see a handle's name", "[handle]") {
  scene s;
  CHECK(contains(caf::deep_to_string(s.bearer), "scene"));
  CHECK(contains(to_string(caf::make_message(s.bearer)), "scene"));
  CHECK(contains(caf::deep_to_string(handle{}), "invalid"));
}

TEST_CASE("spawn refuses what cannot work, and says why", "[handle]") {
  virtual_time time;
  scripted_source source{time.sys()};
  auto settings = exact();
  settings.retry_jitter = 2;
  auto bad_setting = spawn(time.sys(), source.actor(), settings);
  CHECK(error_of(bad_setting) == errc::invalid_setting);
  CHECK(contains(error_text(bad_setting), "retry_jitter"));
  auto no_source = spawn(time.sys(), any_source{});
  CHECK(error_of(no_source) == errc::invalid_setting);
  CHECK(contains(error_text(no_source), "source"));
  auto no_clock = spawn(time.sys(), source.actor(), exact(),
                        {"x", {}, nullptr});
  CHECK(error_of(no_clock) == errc::invalid_setting);
  CHECK(contains(error_text(no_clock), "clock"));
  auto no_inner = spawn(time.sys(), handle{});
  CHECK(error_of(no_inner) == errc::invalid_setting);
  CHECK(contains(error_text(no_inner), "inner"));
  auto failed = caf::expected<any_source>{caf::make_error(errc::empty_token)};
  CHECK(error_of(spawn(time.sys(), failed)) == errc::empty_token);
  time.settle();
  // The source alone.
  CHECK(time.running() == 1);
}

// -- on the real scheduler ----------------------------------------------------

TEST_CASE("plain threads fetch together and share one call of the source",
          "[handle][I1]") {
  real_system real;
  auto calls = std::make_shared<std::atomic<int>>(0);
  auto bearer = *spawn(real.sys, counting_source(real.sys, calls));
  auto results = std::vector<std::future<caf::expected<token>>>{};
  for (int i = 0; i < 8; ++i)
    results.push_back(
      std::async(std::launch::async, [bearer] { return bearer.fetch(); }));
  for (auto& result : results) {
    REQUIRE(result.wait_for(patience) == std::future_status::ready);
    CHECK(secret_of(result.get()) == "real-1");
  }
  CHECK(*calls == 1);
  CHECK(bearer.status().fetches.total() == 8);
  CHECK(bearer.status().current->count == 1);
}

TEST_CASE("a blocking fetch keeps its options", "[handle]") {
  real_system real;
  auto settings = renewal_settings{};
  settings.initial_retry_timeout = 1ms;
  auto calls = std::make_shared<std::atomic<int>>(0);
  auto bearer = *spawn(real.sys, counting_source(real.sys, calls), settings);
  CHECK(secret_of(bearer.fetch()) == "real-1");
  CHECK(secret_of(bearer.fetch(forced())) == "real-2");
  CHECK(error_of(bearer.fetch(within(-1s))) == errc::invalid_option);
}

TEST_CASE("stop lets blocked threads go", "[handle][I14]") {
  real_system real;
  signal called;
  signal release;
  auto source = function_source(real.sys, [=]() mutable {
    called.set();
    release.wait();
    return token{};
  });
  auto bearer = *spawn(real.sys, source);
  source = any_source{};
  auto blocked = std::async(std::launch::async,
                            [bearer] { return bearer.fetch(); });
  REQUIRE(called.wait());
  bearer.stop();
  REQUIRE(blocked.wait_for(patience) == std::future_status::ready);
  CHECK(error_of(blocked.get()) == errc::stopped);
  CHECK(error_of(bearer.fetch()) == errc::stopped);
  CHECK(bearer.status().state == bearer_state::stopped);
  release.set();
}

TEST_CASE("a blocking close returns when all is done", "[handle][I14]") {
  real_system real;
  auto calls = std::make_shared<std::atomic<int>>(0);
  auto bearer = *spawn(real.sys, counting_source(real.sys, calls));
  CHECK(secret_of(bearer.fetch()) == "real-1");
  bearer.close(10s);
  CHECK(bearer.status().state == bearer_state::stopped);
  bearer.close(10s);
  CHECK(error_of(bearer.fetch()) == errc::stopped);
}

TEST_CASE("threads learn that the actors of a bearer were killed",
          "[handle][I14]") {
  real_system real;
  auto calls = std::make_shared<std::atomic<int>>(0);
  auto bearer = *spawn(real.sys, counting_source(real.sys, calls));
  CHECK(bearer.fetch());
  signal ended;
  bearer.actor()->attach_functor(
    [ended](const caf::error&) mutable { ended.set(); });
  caf::anon_send_exit(bearer.actor(), caf::exit_reason::kill);
  REQUIRE(ended.wait());
  // CAF tells of the end before it destroys what the actor held.
  const auto end = std::chrono::steady_clock::now() + patience;
  while (bearer.fetch() && std::chrono::steady_clock::now() < end)
    std::this_thread::yield();
  CHECK(error_of(bearer.fetch()) == errc::stopped);
  CHECK(bearer.status().state == bearer_state::stopped);
  bearer.close(1s);
  bearer.stop();
}

TEST_CASE("a bearer can be spawned from inside an actor on the real scheduler",
          "[handle]") {
  real_system real;
  auto calls = std::make_shared<std::atomic<int>>(0);
  auto result = std::make_shared<std::promise<std::string>>();
  auto future = result->get_future();
  real.sys.spawn([=](caf::event_based_actor* self) {
    auto bearer = *spawn(self->system(),
                         counting_source(self->system(), calls));
    bearer.fetch(self).then(
      // Holding the bearer until its answer is there.
      [bearer, result](const token& tok) {
        result->set_value(std::string{tok.access_token.view()});
      },
      [result](const caf::error& err) { result->set_value(to_string(err)); });
  });
  REQUIRE(future.wait_for(patience) == std::future_status::ready);
  CHECK(future.get() == "real-1");
}
