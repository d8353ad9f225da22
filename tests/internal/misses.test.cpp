#include <bearer/internal/cache.hpp>
#include <bearer/internal/miss_queue.hpp>

#include "support/scene.hpp"
#include "support/second_answer.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/byte_buffer.hpp>
#include <caf/exit_reason.hpp>
#include <caf/message.hpp>
#include <caf/send.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

// What a cache tells its refresher, in which message.

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// What a refresher is asked by one message: than what fetches want newer ones.
using asked = std::vector<std::uint64_t>;

using messages = std::vector<asked>;

/// In a refresher's place: publishes at the start, and then notes what it is
/// asked.
caf::behavior note_renewals(caf::event_based_actor* self,
                            const cache_actor& cache, const token& first,
                            std::shared_ptr<messages> log,
                            std::shared_ptr<std::vector<bool>> urgent) {
  const auto note = [self, log, urgent](const missed_fetches& what) {
    urgent->push_back(self->current_message_id().is_urgent_message());
    log->emplace_back();
    what.queue()->close();
    what.queue()->take([&](internal::miss& one) {
      log->back().push_back(one.terms.newer_than);
      const caf::expected<token> refusal = caf::make_error(errc::busy);
      one.reply.give(self, internal::fetch_answer{refusal});
    });
  };
  detail::mail(self, publish_atom_v, first, caf::timestamp::max()).send(cache);
  return {
    [](rejected_atom, const generation&) {},
    [](request_renewal_atom) {},
    [note](renew_async_atom, const missed_fetches& what) { note(what); },
    [note](renew_sync_atom, const missed_fetches& what) { note(what); },
  };
}

/// A cache with a refresher that only takes notes.
struct noted_cache {
  explicit noted_cache(const token& first) {
    auto config = internal::cache_config{};
    config.id = first.generation.id;
    config.fetch_timeout = 1min;
    config.slot = slot;
    config.make_refresher = [this, first](const cache_actor& self) {
      auto hdl = time.sys().spawn(
        [=, log = log, urgent = urgent](caf::event_based_actor* me) {
          return note_renewals(me, self, first, log, urgent);
        });
      refresher = caf::actor_cast<caf::strong_actor_ptr>(hdl);
      return caf::actor_cast<refresher_actor>(hdl);
    };
    cache = internal::spawn_cache(time.sys(), std::move(config));
    slot->publish(first, caf::timestamp::max());
    // It begins with its first message; this one it does not heed.
    detail::anon_mail(cache, withdraw_atom_v, first.generation);
    time.settle();
  }

  auto ask_for_token(const fetch_options& opts = {}) {
    return ask<token>(time.sys(), cache, fetch_atom_v, opts);
  }

  /// Sends the cache a publication as its refresher does, second part.
  void send_publication(const token& what) {
    put_in_mailbox(caf::actor_cast<caf::strong_actor_ptr>(cache), refresher,
                   caf::make_message_id(),
                   caf::make_message(publish_atom_v, what,
                                     caf::timestamp::max()));
  }

  auto fetch() {
    auto result = ask_for_token();
    time.settle();
    return result;
  }

  virtual_time time;
  std::shared_ptr<detail::local_slot> slot
    = std::make_shared<detail::local_slot>(time.clock());
  std::shared_ptr<messages> log = std::make_shared<messages>();

  /// Whether those messages were.
  std::shared_ptr<std::vector<bool>> urgent
    = std::make_shared<std::vector<bool>>();

  caf::strong_actor_ptr refresher;
  cache_actor cache;
};

token numbered(std::uint64_t count) {
  auto result = make_token("numbered");
  result.generation = {17, count};
  return result;
}

} // namespace

TEST_CASE("the cache tells the refresher what was rejected with each fetch",
          "[cache][I4]") {
  const auto first = numbered(1);
  noted_cache c{first};
  ask(c.time.sys(), c.cache, reject_atom_v, first.generation);
  const auto got = c.fetch();
  REQUIRE(c.log->size() == 1);
  CHECK(c.log->front() == asked{first.generation.count});
  CHECK(got->errors.size() == 1);
}

TEST_CASE("a publication that is on its way is not answered with an older one",
          "[cache][I3]") {
  // Somebody may have been given it already.
  noted_cache c{numbered(1)};
  CHECK(c.fetch()->values.size() == 1);
  CHECK(c.log->empty());
  c.slot->publish(numbered(2), caf::timestamp::max());
  CHECK(c.fetch()->values.empty());
  CHECK(c.log->size() == 1);
}

TEST_CASE("renew_required wants a newer one than is on its way to the cache",
          "[cache][I16]") {
  noted_cache c{numbered(1)};
  c.slot->publish(numbered(2), caf::timestamp::max());
  c.ask_for_token(forced());
  c.time.settle();
  CHECK(*c.log == messages{{2}});
}

TEST_CASE("a generation is known before the cache has heard of it",
          "[cache][I4]") {
  noted_cache c{numbered(1)};
  const auto news = numbered(2);
  c.slot->publish(news, caf::timestamp::max());
  const auto next = c.ask_for_token(newer_than(news.generation));
  const auto rejected = ask(c.time.sys(), c.cache, reject_atom_v,
                            news.generation);
  c.time.settle();
  CHECK(*c.log == messages{{2}});
  CHECK(next->errors.size() == 1);
  CHECK(rejected->values.size() == 1);
}

TEST_CASE("a publication that the cache hears of late ends no later wish",
          "[cache][I16]") {
  noted_cache c{numbered(1)};
  c.slot->publish(numbered(2), caf::timestamp::max());
  ask(c.time.sys(), c.cache, request_renewal_atom_v);
  c.time.settle();
  c.send_publication(numbered(2));
  CHECK(c.fetch()->values.empty());
  CHECK(c.log->size() == 1);
}

TEST_CASE("what was rejected before the cache had it is not handed out",
          "[cache][I4]") {
  noted_cache c{numbered(1)};
  c.slot->publish(numbered(2), caf::timestamp::max());
  ask(c.time.sys(), c.cache, reject_atom_v, generation{17, 2});
  c.time.settle();
  c.send_publication(numbered(2));
  CHECK(c.fetch()->values.empty());
  CHECK(*c.log == messages{{2}});
  c.slot->publish(numbered(3), caf::timestamp::max());
  c.send_publication(numbered(3));
  const auto next = c.fetch();
  REQUIRE(next->values.size() == 1);
  CHECK(next->values[0].generation.count == 3);
}

TEST_CASE("missed fetches do not leave their actor system", "[cache]") {
  virtual_time time;
  const auto none = missed_fetches{};
  caf::byte_buffer buf;
  caf::binary_serializer sink{time.sys(), buf};
  CHECK_FALSE(sink.apply(none));
  CHECK(sink.get_error() == errc::not_serializable);
  buf.resize(64);
  caf::binary_deserializer from{time.sys(), buf};
  auto copy = missed_fetches{};
  CHECK_FALSE(from.apply(copy));
  CHECK(from.get_error() == errc::not_serializable);
  CHECK(to_string(caf::make_message(none)).find("false") != std::string::npos);
}

TEST_CASE("a crowd goes to the refresher in one message", "[cache]") {
  noted_cache c{numbered(1)};
  const auto first = c.ask_for_token(forced());
  const auto second = c.ask_for_token(newer_than({17, 1}));
  const auto third = c.ask_for_token(forced());
  c.time.settle();
  CHECK(*c.log == messages{{1, 1, 1}});
  for (const auto& one : {first, second, third})
    CHECK(one->errors.size() == 1);
  // Nobody joins what has been read.
  const auto late = c.ask_for_token(forced());
  c.time.settle();
  CHECK(*c.log == messages{{1, 1, 1}, {1}});
  CHECK(late->errors.size() == 1);
}

TEST_CASE("no fetch overtakes what the refresher is told before it",
          "[cache][I4]") {
  noted_cache c{numbered(1)};
  const auto first = c.ask_for_token(forced());
  ask(c.time.sys(), c.cache, request_renewal_atom_v);
  const auto second = c.ask_for_token();
  ask(c.time.sys(), c.cache, reject_atom_v, generation{17, 1});
  const auto third = c.ask_for_token();
  c.time.settle();
  CHECK(*c.log == messages{{1}, {0}, {1}});
}

TEST_CASE("fetches that wait for an attempt go by themselves", "[cache][I6]") {
  noted_cache c{numbered(1)};
  const auto both = with([](auto& x) {
    x.renew_required = true;
    x.renew_synchronous = true;
  });
  const auto all = {c.ask_for_token(forced()), c.ask_for_token(both),
                    c.ask_for_token(both), c.ask_for_token(forced())};
  c.time.settle();
  CHECK(*c.log == messages{{1}, {1, 1}, {1}});
  for (const auto& one : all)
    CHECK(one->errors.size() == 1);
}

TEST_CASE("an urgent fetch is so on its way to the refresher", "[cache]") {
  noted_cache c{numbered(1)};
  auto ask_urgently = [&] {
    c.time.sys().spawn([to = c.cache](caf::event_based_actor* self) {
      detail::mail(self, fetch_atom_v, forced())
        .urgent()
        .request(to, caf::infinite)
        .then([](const token&) { /* as well */ },
              [](const caf::error&) { /* as it will be */ });
    });
  };
  ask_urgently();
  c.time.settle();
  CHECK(*c.urgent == std::vector{true});
  c.ask_for_token(forced());
  c.time.settle();
  CHECK(*c.urgent == std::vector{true, false});
  // Whichever is first, the other one does not join it.
  ask_urgently();
  c.ask_for_token(forced());
  c.time.settle();
  CHECK(c.urgent->size() == 4);
}

TEST_CASE("a message without fetches starts nothing", "[cache]") {
  scene s;
  // In the cache's name, as anybody can send it who knows both.
  for (auto what : {caf::make_message(renew_async_atom_v, missed_fetches{}),
                    caf::make_message(renew_sync_atom_v, missed_fetches{})})
    put_in_mailbox(caf::actor_cast<caf::strong_actor_ptr>(s.refresher()),
                   caf::actor_cast<caf::strong_actor_ptr>(s.bearer.actor()),
                   caf::make_message_id(), what);
  s.time.advance(1h);
  CHECK(s.calls() == 0);
  CHECK(s.status().state == bearer_state::idle);
}

TEST_CASE("fetches that a refresher has not read when it ends are told of it",
          "[cache][I5][I14]") {
  virtual_time time;
  auto config = internal::cache_config{};
  config.id = 17;
  config.fetch_timeout = 1min;
  config.slot = std::make_shared<detail::local_slot>(time.clock());
  auto reads_nothing = caf::actor{};
  config.make_refresher = [&](const cache_actor&) {
    reads_nothing = time.sys().spawn([]() -> caf::behavior {
      auto kept = std::make_shared<std::vector<missed_fetches>>();
      return {
        [kept](renew_async_atom, const missed_fetches& what) {
          kept->push_back(what);
        },
        [kept](renew_sync_atom, const missed_fetches& what) {
          kept->push_back(what);
        },
      };
    });
    return caf::actor_cast<refresher_actor>(reads_nothing);
  };
  const auto cache = internal::spawn_cache(time.sys(), std::move(config));
  auto fetch = [&](const fetch_options& opts) {
    auto result = ask<token>(time.sys(), cache, fetch_atom_v, opts);
    time.settle();
    CHECK(result->size() == 0);
    return result;
  };
  const auto all = {fetch({}), fetch(synchronous()), fetch(synchronous())};
  caf::anon_send_exit(reads_nothing, caf::exit_reason::kill);
  reads_nothing = nullptr;
  time.settle();
  for (const auto& one : all) {
    REQUIRE(one->errors.size() == 1);
    CHECK(one->errors[0] == errc::stopped);
  }
}
