#include <bearer/any_source.hpp>
#include <bearer/attempt.hpp>
#include <bearer/error.hpp>
#include <bearer/internal/in_place_actor.hpp>
#include <bearer/internal/match.hpp>
#include <bearer/internal/source_call.hpp>
#include <bearer/internal/source_caller.hpp>

#include "support/calling.hpp"
#include "support/real_time.hpp"
#include "support/scene.hpp"
#include "support/second_answer.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/error.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/message.hpp>
#include <caf/message_id.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

// One call of a source, and one after the other.

using namespace bearer;
using namespace bearer::test;

namespace {

caf::error error_in(const caf::message& what) {
  auto result = caf::error{};
  internal::match<caf::error>(what, [&](const caf::error& x) { result = x; });
  return result;
}

} // namespace

TEST_CASE("a source hears of one attempt after the other, however short they "
          "are",
          "[source_call][I1]") {
  calling c;
  auto at_once = std::vector<std::string>{};
  auto outcomes = std::vector<int>{};
  c.time.sys().spawn([&](caf::event_based_actor* self) {
    using internal::source_caller;
    auto calls
      = std::make_shared<source_caller<caf::event_based_actor>>(self, c.source);
    for (const auto serial : {1, 2, 3})
      calls->fetch(numbered(static_cast<std::uint64_t>(serial)),
                   [&outcomes, calls, serial](const auto&) {
                     outcomes.push_back(serial);
                     calls->end();
                   });
    // Without a turn of anybody else.
    at_once = c.log->entries;
  });
  c.time.settle();
  CHECK(at_once
        == std::vector<std::string>{"attempt 1", "end of attempt 1",
                                    "attempt 2", "end of attempt 2",
                                    "attempt 3"});
  for (const auto which : {1, 0, 2})
    c.answer(static_cast<std::size_t>(which),
             caf::make_message(make_token("token")));
  c.time.settle();
  CHECK(outcomes == std::vector{3});
}

TEST_CASE("a call that is given up has ended for its caller and its source",
          "[source_call]") {
  calling c;
  const auto before = c.time.running();
  const auto call = c.call();
  c.ask(call, fetch_atom_v, numbered(1));
  CHECK(c.time.running() == before + 1);
  internal::end_source_call(call, nullptr);
  CHECK(c.log->entries.back() == "end of attempt 1");
  CHECK(c.time.running() == before);
  c.answer(0, caf::make_message(make_token("too late")));
  REQUIRE(c.heard->all.size() == 1);
  CHECK(error_in(c.heard->all.front()) == caf::sec::request_receiver_down);
}

TEST_CASE("who kills a call takes nobody's answer", "[source_call]") {
  calling c;
  const auto before = c.time.running();
  const auto call = c.call();
  c.ask(call, fetch_atom_v, numbered(1));
  caf::anon_send_exit(call, caf::exit_reason::kill);
  REQUIRE(c.heard->all.size() == 1);
  CHECK(error_in(c.heard->all.front()) == caf::sec::request_receiver_down);
  // Before any worker does it.
  CHECK(c.log->entries.back() == "attempt 1");
  internal::end_source_call(call, nullptr);
  CHECK(c.log->entries.back() == "end of attempt 1");
  c.time.settle();
  CHECK(c.time.running() == before);
}

TEST_CASE("a call may end while it passes on its answer", "[source_call]") {
  calling c;
  const auto before = c.time.running();
  const auto call = c.call();
  c.heard->on_answer = [&] {
    internal::end_source_call(call, nullptr);
    CHECK(c.time.running() == before);
  };
  c.ask(call, fetch_atom_v, numbered(1));
  c.answer(0, caf::make_message(make_token("token")));
  c.answer(0, caf::make_message(make_token("too late")));
  REQUIRE(c.heard->all.size() == 1);
  CHECK(c.heard->all.front().match_elements<token>());
}

TEST_CASE("a call has one outcome when its answer meets its end",
          "[source_call]") {
  constexpr auto rounds = std::size_t{500};
  real_system real;
  const auto log = std::make_shared<diary>();
  const auto heard = std::make_shared<answers>();
  const any_source source = caf::actor_cast<closable_token_source>(
    internal::spawn_in_place<instant_source>(real.sys, log));
  const auto asker = internal::spawn_in_place<eager_asker>(real.sys, heard);
  for (auto round = std::size_t{1}; round <= rounds; ++round) {
    const auto call = internal::spawn_source_call(real.sys, source);
    put_in_mailbox(caf::actor_cast<caf::strong_actor_ptr>(call), asker,
                   caf::make_message_id(7),
                   caf::make_message(fetch_atom_v, numbered(round)));
    auto other = std::thread{[one = log->questions.back()] {
      answer_again(one.asker, one.id, caf::make_message(make_token("token")));
    }};
    internal::end_source_call(call, nullptr);
    other.join();
    // The source and the calls know each other.
    log->questions.clear();
    REQUIRE(log->entries.back() == "end of attempt " + std::to_string(round));
    REQUIRE(heard->all.size() == round);
  }
}

TEST_CASE("what fails when a call ends does not concern the caller",
          "[source_call]") {
  calling c;
  const auto before = c.time.running();
  auto call = c.call();
  call->attach_functor([] { throw std::runtime_error("no"); });
  CHECK_NOTHROW(internal::end_source_call(call, nullptr));
  call = nullptr;
  CHECK(c.time.running() == before);
}

TEST_CASE("a call passes on one answer, whatever it is", "[source_call]") {
  calling c;
  const auto call = c.call();
  SECTION("a token") {
    c.ask(call, fetch_atom_v, numbered(1));
    c.answer(0, caf::make_message(make_token("first")));
    REQUIRE(c.heard->all.size() == 1);
    CHECK(c.heard->all.front().match_elements<token>());
  }
  SECTION("an error") {
    c.ask(call, fetch_atom_v, numbered(1));
    c.answer(0, caf::make_message(outage()));
    REQUIRE(c.heard->all.size() == 1);
    CHECK(error_in(c.heard->all.front()) == outage());
  }
  SECTION("nothing, to a closing") {
    c.ask(call, close_atom_v, caf::timespan{1});
    CHECK(c.log->entries == std::vector<std::string>{"close"});
    c.answer(0, caf::message{});
    REQUIRE(c.heard->all.size() == 1);
    CHECK(c.heard->all.front().empty());
  }
  c.answer(0, caf::make_message(make_token("second")));
  internal::end_source_call(call, nullptr);
  CHECK(c.heard->all.size() == 1);
}

TEST_CASE("a call hears neither a second question nor the answer to another",
          "[source_call]") {
  calling c;
  const auto call = c.call();
  c.ask(call, fetch_atom_v, numbered(1));
  c.ask(call, fetch_atom_v, numbered(2));
  CHECK(c.log->questions.size() == 1);
  REQUIRE(c.heard->all.size() == 1);
  CHECK(error_in(c.heard->all.front()) == caf::sec::unexpected_message);
  const auto& [asker, id] = c.log->questions.front();
  answer_again(asker, caf::make_message_id(id.integer_value() + 1),
               caf::make_message(make_token("made up")));
  CHECK(c.heard->all.size() == 1);
  c.answer(0, caf::make_message(make_token("true")));
  CHECK(c.heard->all.size() == 2);
  internal::end_source_call(call, nullptr);
}

TEST_CASE("errors of CAF's about a source are called what they mean",
          "[source_call]") {
  using internal::name_source_error;
  CHECK(name_source_error(caf::sec::request_receiver_down)
        == errc::source_down);
  CHECK(name_source_error(caf::sec::broken_promise) == errc::source_down);
  for (const auto code : {caf::sec::unexpected_response,
                          caf::sec::unexpected_message, caf::sec::none})
    CHECK(name_source_error(code) == errc::source_failed);
  CHECK(name_source_error(outage()) == outage());
}
