#include "support/eager_asker.hpp"
#include "support/scarce_memory.hpp"
#include "support/scene.hpp"
#include "support/second_answer.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/message.hpp>
#include <caf/message_id.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

// A cache that lacks memory once, whenever that is.

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

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
      refusing([&] { q.ask(std::move(fetch)); });
      CHECK(q.answers_at_the_end() == 1);
    });
  }
  SECTION("a hit") {
    refuse_each_allocation([](auto refusing) {
      questioning q;
      q.s.gives(1h);
      q.s.fetch();
      auto fetch = q.question(fetch_atom_v, fetch_options{});
      refusing([&] { q.ask(std::move(fetch)); });
      CHECK(q.heard->all.size() == 1);
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
      refusing([&] {
        for (auto& one : all)
          q.ask(std::move(one));
      });
      q.s.time.advance(1s);
      CHECK(q.answers_at_the_end() == count);
    });
  }
}
