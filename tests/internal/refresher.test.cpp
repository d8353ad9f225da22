#include <bearer/internal/in_place_actor.hpp>
#include <bearer/internal/match.hpp>
#include <bearer/internal/refresher.hpp>

#include "support/scene.hpp"
#include "support/second_answer.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/message.hpp>
#include <caf/message_id.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <memory>
#include <vector>

// What a refresher tells its cache, and when.

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// What could be read without a message when news came to the cache: counts of
/// generations, 0 for no token.
struct sights {
  std::vector<std::uint64_t> at_publications;
  std::vector<std::uint64_t> at_withdrawals;
};

/// In a cache's place: looks at the slot whenever it gets news.
class watchful_cache : public internal::in_place_actor {
public:
  watchful_cache(std::shared_ptr<const detail::local_slot> slot,
                 std::shared_ptr<sights> seen)
    : slot_(std::move(slot)), seen_(std::move(seen)) {
    // nop
  }

  const char* name() const final {
    return "watchful_cache";
  }

private:
  bool receive(const caf::message& what) final {
    using internal::match;
    auto look = [this] { return slot_->load().current.generation.count; };
    return match<publish_atom, token, caf::timestamp>(
             what, [&](auto...) { seen_->at_publications.push_back(look()); })
           || match<withdraw_atom, generation>(what, [&](auto...) {
                seen_->at_withdrawals.push_back(look());
              });
  }

  void on_end() noexcept final {
    // nop
  }

  std::shared_ptr<const detail::local_slot> slot_;
  std::shared_ptr<sights> seen_;
};

} // namespace

TEST_CASE("a token is readable before the cache has it, and until it has not",
          "[refresher][I3][I21]") {
  virtual_time time;
  scripted_source source{time.sys()};
  source.replies([&](const attempt& what) -> scripted_source::reply {
    if (what.reason == attempt_reason::first)
      return make_token("first", time.wall(), 100s);
    if (time.elapsed() < 100s)
      return outage();
    return make_token("second", time.wall(), 100s);
  });
  const auto slot = std::make_shared<detail::local_slot>(time.clock());
  const auto seen = std::make_shared<sights>();
  const auto cache = internal::spawn_in_place<watchful_cache>(time.sys(), slot,
                                                              seen);
  auto config = internal::refresher_config{};
  config.settings = exact();
  config.id = 17;
  config.source = source.actor();
  config.slot = slot;
  const auto refresher = internal::spawn_refresher(
    time.sys(), caf::actor_cast<cache_actor>(cache), std::move(config));
  put_in_mailbox(caf::actor_cast<caf::strong_actor_ptr>(refresher), cache,
                 caf::make_message_id(), caf::make_message(prefetch_atom_v));
  time.settle();
  CHECK(seen->at_publications == std::vector<std::uint64_t>{1});
  CHECK(seen->at_withdrawals.empty());
  time.advance(110s);
  CHECK(seen->at_withdrawals == std::vector<std::uint64_t>{1});
  CHECK(seen->at_publications == std::vector<std::uint64_t>{1, 2});
}
