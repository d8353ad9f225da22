#include <bearer/internal/in_place_actor.hpp>
#include <bearer/internal/match.hpp>

#include "support/eager_asker.hpp"
#include "support/real_time.hpp"
#include "support/scene.hpp"
#include "support/second_answer.hpp"

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/behavior.hpp>
#include <caf/error.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/message.hpp>
#include <caf/message_id.hpp>
#include <caf/message_priority.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace bearer;
using namespace bearer::test;

namespace {

/// What the actor below has done.
struct diary {
  std::vector<int> numbers;
  bool ended = false;
};

/// Notes the numbers that it is sent, and answers each with the next one.
class counter : public internal::in_place_actor {
public:
  using todo = std::function<void(const caf::actor&, int)>;

  /// @param on_number Is called while a number is processed.
  counter(std::shared_ptr<diary> log, todo on_number)
    : log_(std::move(log)), on_number_(std::move(on_number)) {
    // nop
  }

  const char* name() const final {
    return "counter";
  }

private:
  bool receive(const caf::message& what) final {
    return internal::match<int>(what, [this](int number) { count(number); });
  }

  void count(int number) {
    if (on_number_)
      on_number_(caf::actor_cast<caf::actor>(ctrl()), number);
    log_->numbers.push_back(number);
    answer(caf::make_message(number + 1));
  }

  void on_end() noexcept final {
    log_->ended = true;
    on_number_ = nullptr;
  }

  std::shared_ptr<diary> log_;
  todo on_number_;
};

struct counting {
  explicit counting(counter::todo on_number = nullptr)
    : hdl(caf::actor_cast<caf::actor>(internal::spawn_in_place<counter>(
      time.sys(), log, std::move(on_number)))) {
    hdl->attach_functor([end = end](const caf::error& why) { *end = why; });
  }

  void send(int number) {
    detail::anon_mail(hdl, number);
  }

  counter& impl() {
    return *static_cast<counter*>(caf::actor_cast<caf::abstract_actor*>(hdl));
  }

  virtual_time time;
  std::shared_ptr<diary> log = std::make_shared<diary>();
  std::shared_ptr<caf::error> end = std::make_shared<caf::error>();
  caf::actor hdl;
};

/// Sends the counter the next number while it is at one, up to the last.
counter::todo up_to(int last) {
  return [last](const caf::actor& self, int number) {
    if (number < last)
      detail::anon_mail(self, number + 1);
  };
}

/// An actor for whose messages there is no memory.
class full_mailbox : public detail::unscheduled_actor {
public:
  explicit full_mailbox(caf::actor_config config = caf::actor_config{})
    : detail::unscheduled_actor(config) {
    // nop
  }

  const char* name() const final {
    return "full_mailbox";
  }

  void setup_metrics() noexcept {
    // nop
  }

  bool enqueue(caf::mailbox_element_ptr, detail::executor*) final {
    throw std::bad_alloc{};
  }

private:
  void on_last_reference() noexcept final {
    // nop
  }
};

/// Leaves all numbers to somebody else.
class forwarder : public internal::in_place_actor {
public:
  explicit forwarder(caf::actor to) : to_(std::move(to)) {
    // nop
  }

  const char* name() const final {
    return "forwarder";
  }

private:
  bool receive(const caf::message& what) final {
    return internal::match<int>(what,
                                [this](int number) { pass_on(to_, number); });
  }

  void on_end() noexcept final {
    to_ = nullptr;
  }

  caf::actor to_;
};

} // namespace

TEST_CASE("an in-place actor has done its work when the sender goes on",
          "[in_place]") {
  counting c;
  c.send(7);
  CHECK(c.log->numbers == std::vector{7});
  CHECK(c.time.ready() == 0);
  auto answer = ask<int>(c.time.sys(), c.hdl, 8);
  c.time.settle();
  CHECK(answer->values == std::vector{9});
}

TEST_CASE("what comes while a message is processed is processed after it",
          "[in_place]") {
  counting c{up_to(3)};
  c.send(1);
  CHECK(c.log->numbers == std::vector{1, 2, 3});
}

TEST_CASE("nobody who sends a message works for others for ever",
          "[in_place]") {
  constexpr auto many = 3 * static_cast<int>(counter::patience);
  counting c{up_to(many)};
  c.send(1);
  CHECK(c.log->numbers.size() == counter::patience);
  // What comes now waits for its turn.
  c.send(many);
  CHECK(c.log->numbers.size() == counter::patience);
  c.time.settle();
  CHECK(c.log->numbers.size() == many + 1);
  CHECK(c.log->numbers.back() == many);
  // And then all is as before.
  c.send(many);
  CHECK(c.log->numbers.size() == many + 2);
  CHECK(c.time.running() == 1);
}

TEST_CASE("an in-place actor that must go on lives until it has",
          "[in_place]") {
  constexpr auto many = 2 * static_cast<int>(counter::patience);
  counting c{up_to(many)};
  c.send(1);
  c.hdl = nullptr;
  CHECK_FALSE(c.log->ended);
  c.time.settle();
  CHECK(c.log->numbers.size() == many);
  CHECK(c.log->ended);
}

TEST_CASE("an in-place actor ends with its last reference", "[in_place]") {
  counting c;
  CHECK(c.time.running() == 1);
  const auto weak = caf::actor_cast<caf::weak_actor_ptr>(c.hdl);
  c.hdl = nullptr;
  CHECK(c.log->ended);
  CHECK(*c.end == caf::exit_reason::unreachable);
  CHECK(!caf::actor_cast<caf::strong_actor_ptr>(weak));
  CHECK(c.time.running() == 0);
}

TEST_CASE("a sender may drop the last reference while it is answered",
          "[in_place]") {
  auto only = std::make_shared<caf::actor>();
  counting c{[only](const caf::actor&, int) { *only = nullptr; }};
  *only = std::move(c.hdl);
  detail::anon_mail(*only, 1);
  CHECK(c.log->numbers == std::vector{1});
  CHECK(c.log->ended);
}

TEST_CASE("an in-place actor can be killed, and answers no more",
          "[in_place]") {
  counting c;
  caf::anon_send_exit(c.hdl, caf::exit_reason::kill);
  CHECK(c.log->ended);
  c.time.settle();
  CHECK(*c.end == caf::exit_reason::kill);
  CHECK(c.time.running() == 0);
  auto answer = ask<int>(c.time.sys(), c.hdl, 1);
  c.time.settle();
  REQUIRE(answer->errors.size() == 1);
  CHECK(answer->errors[0] == caf::sec::request_receiver_down);
  CHECK(c.log->numbers.empty());
}

TEST_CASE("an in-place actor that is killed at work answers nobody else",
          "[in_place]") {
  auto asker = caf::strong_actor_ptr{};
  auto question = caf::message_id{};
  auto got = std::vector<caf::error>{};
  counting c{[&](const caf::actor& self, int) {
    caf::anon_send_exit(self, caf::exit_reason::kill);
    put_in_mailbox(caf::actor_cast<caf::strong_actor_ptr>(self),
                   std::exchange(asker, nullptr), question,
                   caf::make_message(2));
  }};
  c.time.sys().spawn([&](caf::event_based_actor* self) {
    asker = self->ctrl();
    question = self->new_request_id(caf::message_priority::normal);
    self->add_multiplexed_response_handler(
      question.response_id(),
      caf::behavior{[&](const caf::error& why) { got.push_back(why); }});
  });
  c.time.settle();
  c.send(1);
  c.time.settle();
  CHECK(c.log->numbers == std::vector{1});
  REQUIRE(got.size() == 1);
  CHECK(got[0] == caf::sec::request_receiver_down);
}

TEST_CASE("an exception ends an in-place actor, and its sender is told",
          "[in_place]") {
  counting c{
    [](const caf::actor&, int) { throw std::runtime_error("cannot count"); }};
  auto first = ask<int>(c.time.sys(), c.hdl, 1);
  auto second = ask<int>(c.time.sys(), c.hdl, 2);
  c.time.settle();
  CHECK(c.log->ended);
  CHECK(*c.end == caf::sec::runtime_error);
  REQUIRE(first->errors.size() == 1);
  CHECK(first->errors[0] == caf::sec::runtime_error);
  CHECK(to_string(first->errors[0]).find("counter") != std::string::npos);
  REQUIRE(second->errors.size() == 1);
  CHECK(second->errors[0] == caf::sec::request_receiver_down);
}

TEST_CASE("who asks what cannot be passed on is told", "[in_place][I5]") {
  virtual_time time;
  const auto heard = std::make_shared<answers>();
  const auto asker = internal::spawn_in_place<eager_asker>(time.sys(), heard);
  const auto hdl = internal::spawn_in_place<forwarder>(
    time.sys(), caf::actor_cast<caf::actor>(
                  internal::spawn_in_place<full_mailbox>(time.sys())));
  put_in_mailbox(hdl, asker, caf::make_message_id(7), caf::make_message(1));
  REQUIRE(heard->all.size() == 1);
  CHECK(heard->all.front().match_elements<caf::error>());
}

TEST_CASE("an answer that nobody waits for is no message", "[in_place]") {
  counting c;
  answer_again(caf::actor_cast<caf::strong_actor_ptr>(c.hdl),
               caf::make_message_id(17), caf::make_message(1));
  CHECK(c.log->numbers.empty());
}

TEST_CASE("an in-place actor ends with those it is linked to, unless all is "
          "well",
          "[in_place]") {
  const auto well = GENERATE(true, false);
  CAPTURE(well);
  counting c;
  auto weak = caf::weak_actor_ptr{};
  c.time.sys().spawn([&, well](caf::event_based_actor* self) {
    self->link_to(c.hdl);
    self->quit(well ? caf::exit_reason::normal : caf::exit_reason::kill);
    weak = self->ctrl();
  });
  c.time.settle();
  CHECK(c.log->ended == !well);
  CHECK(c.time.running() == (well ? 1 : 0));
  // Nor does it remember whom it was linked to.
  CHECK(weak.get()->weak_refs == 1);
}

TEST_CASE("an in-place actor can be linked to one that has ended",
          "[in_place]") {
  const auto well = GENERATE(true, false);
  CAPTURE(well);
  counting c;
  const auto dead = c.time.sys().spawn([well](caf::event_based_actor* self) {
    self->quit(well ? caf::exit_reason::normal : caf::exit_reason::kill);
  });
  c.time.settle();
  // CAF holds the locks of both when it sends this one the news.
  c.impl().link_to(dead);
  CHECK(c.log->ended == !well);
  c.time.settle();
  CHECK(c.time.running() == (well ? 1 : 0));
  c.send(1);
  CHECK(c.log->numbers.size() == (well ? 1 : 0));
}

TEST_CASE("an in-place actor lives through what it does not understand",
          "[in_place]") {
  counting c;
  detail::anon_mail(c.hdl, 1.0);
  // Ends without a reason concern nobody.
  caf::anon_send_exit(c.hdl, caf::exit_reason::normal);
  auto answer = ask<int>(c.time.sys(), c.hdl, 1.0);
  c.time.settle();
  REQUIRE(answer->errors.size() == 1);
  CHECK(answer->errors[0] == caf::sec::unexpected_message);
  c.send(1);
  CHECK(c.log->numbers == std::vector{1});
}

TEST_CASE("an in-place actor has one message at a time from many threads",
          "[in_place]") {
  constexpr auto threads = 4;
  constexpr auto each = 20 * static_cast<int>(counter::patience);
  real_system real;
  // Not atomic: processing alone must be enough.
  auto seen = std::vector<int>(threads, 0);
  auto in_order = true;
  auto all = std::promise<void>{};
  auto rest = threads * each;
  auto note = [&](const caf::actor&, int number) {
    auto& last = seen[static_cast<std::size_t>(number / each)];
    in_order = in_order && last == number % each;
    ++last;
    if (--rest == 0)
      all.set_value();
  };
  auto hdl = caf::actor_cast<caf::actor>(internal::spawn_in_place<counter>(
    real.sys, std::make_shared<diary>(), note));
  auto crew = std::vector<std::thread>{};
  for (auto i = 0; i < threads; ++i)
    crew.emplace_back([&, first = i * each] {
      for (auto k = 0; k < each; ++k)
        detail::anon_mail(hdl, first + k);
    });
  for (auto& one : crew)
    one.join();
  // Workers may still be at it.
  REQUIRE(all.get_future().wait_for(patience) == std::future_status::ready);
  CHECK(in_order);
  CHECK(seen == std::vector<int>(threads, each));
}
