#include <bearer/internal/source_call.hpp>

#include "support/calling.hpp"
#include "support/eager_asker.hpp"
#include "support/scarce_memory.hpp"
#include "support/scene.hpp"
#include "support/second_answer.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/error.hpp>
#include <caf/message.hpp>
#include <caf/message_id.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

// A cache, or a call of a source, that lacks memory once, whenever that is.

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// Whether the last answer is a token.
bool has_token(const answers& heard) {
  return heard.all.back().match_elements<token>();
}

bool has_error(const answers& heard) {
  return std::any_of(heard.all.begin(), heard.all.end(), [](const auto& x) {
    return x.template match_elements<caf::error>();
  });
}

/// Somebody who asks a bearer's cache, without actors of CAF's in between.
struct questioning {
  questioning() {
    // The asker takes no memory.
    heard->all.reserve(10);
    s.time.settle();
  }

  template <class... Ts>
  caf::mailbox_element_ptr question(const Ts&... what) const {
    return make_mail(asker, caf::make_message_id(7),
                     caf::make_message(what...));
  }

  /// On the thread of the test.
  void ask(caf::mailbox_element_ptr what) const {
    caf::actor_cast<caf::strong_actor_ptr>(s.bearer.actor())
      ->enqueue(std::move(what), nullptr);
  }

  std::size_t answers_at_the_end() {
    s.time.settle();
    s.stop();
    return heard->all.size();
  }

  scene s;
  std::shared_ptr<answers> heard = std::make_shared<answers>();
  caf::strong_actor_ptr asker
    = internal::spawn_in_place<eager_asker>(s.time.sys(), heard);
};

} // namespace

TEST_CASE("a cache that lacks memory once answers all the same",
          "[cache][I5]") {
  SECTION("the first fetch of all") {
    refuse_each_allocation([](auto refusing) {
      questioning q;
      q.s.gives(1h);
      auto fetch = q.question(fetch_atom_v, fetch_options{});
      const auto refused = refusing([&] { q.ask(std::move(fetch)); });
      REQUIRE(q.answers_at_the_end() == 1);
      CHECK((refused || has_token(*q.heard)));
    });
  }
  SECTION("a hit") {
    refuse_each_allocation([](auto refusing) {
      questioning q;
      q.s.gives(1h);
      q.s.fetch();
      auto fetch = q.question(fetch_atom_v, fetch_options{});
      const auto refused = refusing([&] { q.ask(std::move(fetch)); });
      REQUIRE(q.heard->all.size() == 1);
      CHECK((refused || has_token(*q.heard)));
    });
  }
  SECTION("a miss, and one that waits already") {
    refuse_each_allocation([](auto refusing) {
      questioning q;
      q.s.fetch();
      q.ask(q.question(fetch_atom_v, fetch_options{}));
      auto fetch = q.question(fetch_atom_v, synchronous());
      refusing([&] { q.ask(std::move(fetch)); });
      CHECK(q.answers_at_the_end() == 2);
    });
  }
  SECTION("questions that are none for a token") {
    refuse_each_allocation([](auto refusing) {
      questioning q;
      q.s.gives(1h);
      const auto held = q.s.fetch().value().generation;
      auto all = std::vector<caf::mailbox_element_ptr>{};
      all.push_back(q.question(reject_atom_v, held));
      all.push_back(q.question(prefetch_atom_v));
      all.push_back(q.question(request_renewal_atom_v));
      all.push_back(q.question(status_atom_v));
      all.push_back(q.question(close_atom_v, caf::timespan{1s}));
      all.push_back(q.question(status_atom_v));
      const auto count = all.size();
      const auto refused = refusing([&] {
        for (auto& one : all)
          q.ask(std::move(one));
      });
      q.s.time.advance(1s);
      REQUIRE(q.answers_at_the_end() == count);
      CHECK((refused || !has_error(*q.heard)));
    });
  }
}

TEST_CASE("a call that lacks memory once has one outcome",
          "[source_call][I5]") {
  const auto answer = caf::make_message(make_token("token"));
  SECTION("when it is asked") {
    refuse_each_allocation([&](auto refusing) {
      calling c;
      const auto call = c.call();
      auto question = make_mail(c.asker, caf::make_message_id(7),
                                caf::make_message(fetch_atom_v, numbered(1)));
      const auto to = caf::actor_cast<caf::strong_actor_ptr>(call);
      const auto refused
        = refusing([&] { to->enqueue(std::move(question), nullptr); });
      if (c.heard->all.empty())
        c.answer(0, answer);
      REQUIRE(c.heard->all.size() == 1);
      CHECK((refused || has_token(*c.heard)));
      internal::end_source_call(call, nullptr);
    });
  }
  SECTION("when it is answered") {
    refuse_each_allocation([&](auto refusing) {
      calling c;
      const auto call = c.call();
      c.ask(call, fetch_atom_v, numbered(1));
      const auto& [to, id] = c.log->questions.at(0);
      auto reply = make_mail(nullptr, id.response_id(), answer);
      const auto refused
        = refusing([&] { to->enqueue(std::move(reply), nullptr); });
      REQUIRE(c.heard->all.size() == 1);
      CHECK((refused || has_token(*c.heard)));
      internal::end_source_call(call, nullptr);
    });
  }
  SECTION("when it is given up") {
    refuse_each_allocation([&](auto refusing) {
      calling c;
      const auto before = c.time.running();
      const auto call = c.call();
      c.ask(call, fetch_atom_v, numbered(1));
      const auto refused
        = refusing([&] { internal::end_source_call(call, nullptr); });
      CHECK(c.time.running() == before);
      c.answer(0, answer);
      // Nobody waits for it.
      const auto answers = c.heard->all.size();
      CHECK((refused ? answers <= 1 : answers == 1 && has_error(*c.heard)));
    });
  }
}
