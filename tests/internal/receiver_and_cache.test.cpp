// What a receiver asks of its cache and of the slot, with a cache that only
// takes notes.

#include <bearer/detail/linked_receiver.hpp>
#include <bearer/internal/receiver.hpp>

#include "support/real_time.hpp"
#include "support/scene.hpp"

#include <caf/abstract_actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/message.hpp>
#include <caf/send.hpp>
#include <caf/type_id.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <array>
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
  std::vector<receiver_link> links;
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
        log->links.push_back(via);
        via.leave(result);
        return result;
      },
      [log](reject_atom, const generation& what) {
        log->rejections.push_back(what);
      },
    };
  });
  return caf::actor_cast<cache_actor>(hdl);
}

/// A receiver of such a cache.
struct logged_receiver {
  logged_receiver() {
    config->max_retries = 9;
    config->slot = std::make_shared<detail::local_slot>(system_wall_clock);
    const auto to = spawn_logging_cache(time.sys(), log);
    cache = caf::actor_cast<caf::weak_actor_ptr>(to);
    receiver = internal::spawn_receiver(time.sys(), to, config);
  }

  token fetch(const fetch_options& opts = {}) {
    auto result = test::fetch(time.sys(), receiver, opts);
    time.settle();
    return result.value();
  }

  /// Tells the receiver of an error of the request.
  void fails_with(const caf::error& why) {
    can_retry(time.sys(), receiver, why);
    time.settle();
  }

  virtual_time time;
  std::shared_ptr<cache_log> log = std::make_shared<cache_log>();
  std::shared_ptr<detail::receiver_config> config
    = std::make_shared<detail::receiver_config>();
  caf::weak_actor_ptr cache;
  receiver_actor receiver;
};

} // namespace

TEST_CASE("after a refusal the next fetch has newer_than, and only that one",
          "[receiver]") {
  logged_receiver x;
  x.fetch();
  CHECK_FALSE(x.log->fetches.back().newer_than);
  x.fails_with(caf::make_error(errc::timed_out));
  x.fetch();
  CHECK_FALSE(x.log->fetches.back().newer_than);
  x.fails_with(unauthorized);
  x.fails_with(unauthorized);
  CHECK(x.log->rejections == std::vector<generation>{{1, 2}});
  x.fetch();
  CHECK(x.log->fetches.back().newer_than == generation{1, 2});
  x.fetch();
  CHECK_FALSE(x.log->fetches.back().newer_than);
  // All other options go on as they came.
  auto opts = forced();
  opts.report_error = true;
  opts.timeout = 3s;
  opts.max_retries = 5;
  opts.newer_than = generation{1, 1};
  x.fetch(opts);
  CHECK(x.log->fetches.back() == opts);
}

TEST_CASE("a second answer with the same token does not undo a refusal",
          "[receiver][I4]") {
  logged_receiver x;
  const auto fetched = x.fetch();
  x.fails_with(unauthorized);
  // As if two fetches had been under way.
  x.log->links.at(0).leave(fetched);
  x.fetch();
  CHECK(x.log->fetches.back().newer_than == generation{1, 1});
}

TEST_CASE("a link does not keep its receiver, nor the cache", "[receiver]") {
  logged_receiver x;
  x.fetch();
  const auto link = x.log->links.at(0);
  auto late = make_token("late");
  late.generation = {1, 9};
  const auto weak = caf::actor_cast<caf::weak_actor_ptr>(x.receiver);
  x.receiver = nullptr;
  CHECK(!caf::actor_cast<caf::strong_actor_ptr>(weak));
  CHECK(!caf::actor_cast<caf::strong_actor_ptr>(x.cache));
  CHECK(link);
  link.leave(late);
}

TEST_CASE("a receiver that was killed keeps no token", "[receiver]") {
  logged_receiver x;
  auto late = x.fetch();
  caf::anon_send_exit(x.receiver, caf::exit_reason::kill);
  x.time.settle();
  late.generation.count = 9;
  x.log->links.at(0).leave(late);
  auto* actor = static_cast<detail::linked_receiver*>(
    caf::actor_cast<caf::abstract_actor*>(x.receiver));
  CHECK(!actor->tray.take());
}

TEST_CASE("a link does not leave its actor system", "[receiver]") {
  logged_receiver x;
  x.fetch();
  const auto& link = x.log->links.at(0);
  caf::byte_buffer buf;
  caf::binary_serializer sink{x.time.sys(), buf};
  CHECK_FALSE(sink.apply(link));
  CHECK(sink.get_error() == errc::not_serializable);
  buf.resize(64);
  caf::binary_deserializer from{x.time.sys(), buf};
  auto copy = receiver_link{};
  CHECK_FALSE(from.apply(copy));
  CHECK(from.get_error() == errc::not_serializable);
  CHECK(!copy);
  CHECK(contains(to_string(caf::make_message(link)), "true"));
}

TEST_CASE("no peer can send a link, nor missed fetches",
          "[receiver][cache][intruder]") {
  virtual_time time;
  caf::byte_buffer buf;
  caf::binary_serializer sink{time.sys(), buf};
  // With something in its place that can be sent.
  REQUIRE(sink.apply(
    caf::make_message(fetch_atom_v, fetch_options{}, status_atom_v)));
  auto bytes_of = [](caf::type_id_t id) {
    return std::array{static_cast<caf::byte_buffer::value_type>(id >> 8U),
                      static_cast<caf::byte_buffer::value_type>(id & 0xFFU)};
  };
  const auto instead = bytes_of(caf::type_id_v<status_atom>);
  const auto place = std::search(buf.begin(), buf.end(), instead.begin(),
                                 instead.end());
  REQUIRE(place != buf.end());
  auto load = [&] {
    caf::binary_deserializer from{time.sys(), buf};
    auto what = caf::message{};
    return from.apply(what);
  };
  CHECK(load());
  std::ranges::copy(bytes_of(caf::type_id_v<receiver_link>), place);
  CHECK(!load());
  std::ranges::copy(bytes_of(caf::type_id_v<missed_fetches>), place);
  CHECK(!load());
}

TEST_CASE("a refusal is seen in the slot before the cache has heard of it",
          "[receiver][I4][I21]") {
  logged_receiver x;
  const auto other = internal::spawn_receiver(
    x.time.sys(),
    caf::actor_cast<cache_actor>(
      caf::actor_cast<caf::strong_actor_ptr>(x.cache)),
    x.config);
  auto tok = make_token("refused");
  tok.generation = {1, 7};
  x.config->slot->publish(tok, caf::make_timestamp() + 1h);
  CHECK(x.fetch().generation.count == 7);
  CHECK(x.log->fetches.empty());
  x.fails_with(unauthorized);
  // The cache of this test does nothing about it.
  CHECK(x.log->rejections == std::vector<generation>{{1, 7}});
  CHECK_FALSE(x.config->slot->hit({}));
  test::fetch(x.time.sys(), other);
  x.time.settle();
  CHECK(x.log->fetches.size() == 1);
}
