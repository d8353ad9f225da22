#include <bearer/any_source.hpp>

#include "support/scene.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <catch2/catch_test_macros.hpp>

#include <type_traits>

using namespace bearer;
using namespace bearer::test;

// Sources of both kinds are taken as they are.
static_assert(std::is_convertible_v<token_source, any_source>);
static_assert(std::is_convertible_v<closable_token_source, any_source>);

TEST_CASE("a source that cannot be closed has no closer", "[any_source]") {
  virtual_time time;
  scripted_source source{time.sys()};
  const auto closable = source.actor();
  CHECK(closable);
  CHECK(closable.closer());
  CHECK(closable.fetcher() == token_source{closable.closer()});
  const auto plain = any_source{closable.fetcher()};
  CHECK(plain);
  CHECK_FALSE(plain.closer());
  CHECK_FALSE(any_source{});
}

TEST_CASE("any actor with the interface of a source is one", "[any_source]") {
  virtual_time time;
  auto hdl = time.sys().spawn(
    [](token_source::pointer) -> token_source::behavior_type {
      return {[](fetch_atom, const attempt& what) -> caf::result<token> {
        return make_token("own-" + std::to_string(what.number));
      }};
    });
  auto bearer = *spawn(time.sys(), hdl, exact(), {"own", {}, time.clock()});
  auto f = fetch(bearer);
  time.settle();
  CHECK(f.value().access_token.view() == "own-1");
  CHECK(bearer.wrapped() == hdl);
}

TEST_CASE("an actor that can be closed is a source that can be",
          "[any_source]") {
  virtual_time time;
  scripted_source source{time.sys()};
  source.replies_with(make_token("own"));
  auto bearer = *spawn(time.sys(), source.actor().closer(), exact(),
                       {"own", {}, time.clock()});
  auto f = fetch(bearer);
  time.settle();
  CHECK(text(f.value()) == "own");
  detail::anon_mail(bearer.actor(), close_atom_v,
                    caf::timespan{std::chrono::seconds{1}});
  time.settle();
  CHECK(source.closings().size() == 1);
}
