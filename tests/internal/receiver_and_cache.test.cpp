// What a receiver asks of its cache and of the slot, with a cache that only
// takes notes.

#include <bearer/internal/receiver.hpp>
#include <bearer/internal/remind.hpp>

#include "support/scene.hpp"

#include <caf/event_based_actor.hpp>

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// What a server says to a token it does not like.
const auto unauthorized = caf::make_error(caf::sec::runtime_error, "401");

/// What arrived at a cache, in order.
struct cache_log {
  std::vector<fetch_options> fetches;
  std::vector<generation> rejections;
};

/// A cache that hands out one generation after the other.
cache_actor spawn_logging_cache(caf::actor_system& sys,
                                std::shared_ptr<cache_log> log) {
  auto hdl = sys.spawn([log](caf::event_based_actor*) -> caf::behavior {
    return {
      [=](fetch_atom, const fetch_options& opts, const receiver_link& via) {
        log->fetches.push_back(opts);
        auto result = make_token("logged");
        result.generation = {1, log->fetches.size()};
        internal::remind(via, result);
        return result;
      },
      [log](reject_atom, const generation& what) {
        log->rejections.push_back(what);
      },
    };
  });
  return caf::actor_cast<cache_actor>(hdl);
}

} // namespace

TEST_CASE("after a refusal the next fetch has newer_than, and only that one",
          "[receiver]") {
  virtual_time time;
  auto log = std::make_shared<cache_log>();
  auto config = std::make_shared<detail::receiver_config>();
  config->max_retries = 9;
  config->slot = std::make_shared<detail::local_slot>(system_wall_clock);
  auto receiver = internal::spawn_receiver(time.sys(),
                                           spawn_logging_cache(time.sys(), log),
                                           config);
  auto fetch = [&](const fetch_options& opts = {}) {
    test::fetch(time.sys(), receiver, opts);
    time.settle();
  };
  fetch();
  CHECK_FALSE(log->fetches.back().newer_than);
  can_retry(time.sys(), receiver, caf::make_error(errc::timed_out));
  time.settle();
  fetch();
  CHECK_FALSE(log->fetches.back().newer_than);
  can_retry(time.sys(), receiver, unauthorized);
  can_retry(time.sys(), receiver, unauthorized);
  time.settle();
  CHECK(log->rejections == std::vector<generation>{{1, 2}});
  fetch();
  CHECK(log->fetches.back().newer_than == generation{1, 2});
  fetch();
  CHECK_FALSE(log->fetches.back().newer_than);
  // All other options go on as they came.
  auto opts = forced();
  opts.report_error = true;
  opts.timeout = 3s;
  opts.max_retries = 5;
  opts.newer_than = generation{1, 1};
  fetch(opts);
  CHECK(log->fetches.back() == opts);
}

TEST_CASE("a refusal is seen in the slot before the cache has heard of it",
          "[receiver][I4][I21]") {
  virtual_time time;
  auto log = std::make_shared<cache_log>();
  auto config = std::make_shared<detail::receiver_config>();
  config->max_retries = 9;
  config->slot = std::make_shared<detail::local_slot>(system_wall_clock);
  auto cache = spawn_logging_cache(time.sys(), log);
  auto one = internal::spawn_receiver(time.sys(), cache, config);
  auto other = internal::spawn_receiver(time.sys(), cache, config);
  auto tok = make_token("refused");
  tok.generation = {1, 7};
  config->slot->publish(tok, caf::make_timestamp() + 1h);
  auto first = test::fetch(time.sys(), one);
  time.settle();
  CHECK(first.value().generation.count == 7);
  CHECK(log->fetches.empty());
  can_retry(time.sys(), one, unauthorized);
  time.settle();
  // The cache of this test does nothing about it.
  CHECK(log->rejections == std::vector<generation>{{1, 7}});
  CHECK_FALSE(config->slot->hit({}));
  test::fetch(time.sys(), other);
  time.settle();
  CHECK(log->fetches.size() == 1);
}
