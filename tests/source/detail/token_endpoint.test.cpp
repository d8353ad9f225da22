#include <bearer/error.hpp>
#include <bearer/source/detail/token_endpoint.hpp>

#include "support/real_time.hpp"

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <string>

using namespace bearer;
using namespace bearer::test;
using detail::token_endpoint;

namespace {

/// What somebody was told.
struct told {
  token_endpoint::handler handler() {
    return [*this](const token_endpoint::finding& x) mutable {
      *what = x;
      heard.set();
    };
  }

  std::shared_ptr<token_endpoint::finding> what
    = std::make_shared<token_endpoint::finding>();
  signal heard;
};

struct fixture {
  ~fixture() {
    caf::anon_send_exit(someone, caf::exit_reason::kill);
  }

  std::unique_ptr<token_endpoint::turn> find(told& by) {
    return place->find(caf::actor_cast<caf::weak_actor_ptr>(someone),
                       by.handler());
  }

  real_system real;
  caf::actor someone = real.sys.spawn([] { return caf::behavior{[](int) {}}; });
  std::shared_ptr<token_endpoint> place = std::make_shared<token_endpoint>("");
  told first;
  told second;
};

} // namespace

TEST_CASE_METHOD(fixture, "one asks for an endpoint, and all are told",
                 "[oauth2]") {
  const auto turn = find(first);
  REQUIRE(turn);
  REQUIRE_FALSE(find(second));
  CHECK_FALSE(second.heard.is_set());
  turn->finish(std::string{"https://a"});
  REQUIRE(second.heard.wait());
  CHECK(second.what->value() == std::string{"https://a"});
  told later;
  CHECK_FALSE(find(later));
  // At once, by the caller.
  CHECK(later.what->value() == std::string{"https://a"});
}

TEST_CASE_METHOD(fixture, "all who wait for an endpoint are told of a failure",
                 "[oauth2]") {
  const auto turn = find(first);
  REQUIRE_FALSE(find(second));
  turn->finish(caf::make_error(errc::connection_failed));
  REQUIRE(second.heard.wait());
  CHECK(second.what->value().error() == errc::connection_failed);
  CHECK(find(first));
}

TEST_CASE_METHOD(fixture, "who waits for one that gives up can ask himself",
                 "[oauth2]") {
  auto turn = find(first);
  REQUIRE_FALSE(find(second));
  turn.reset();
  REQUIRE(second.heard.wait());
  CHECK_FALSE(second.what->has_value());
  CHECK(find(second));
}

TEST_CASE_METHOD(fixture, "an endpoint that is gone is asked for anew",
                 "[oauth2]") {
  find(first)->finish(std::string{"https://a"});
  place->forget("https://b");
  REQUIRE_FALSE(find(first));
  place->forget("https://a");
  CHECK(find(first));
}

TEST_CASE_METHOD(fixture, "an endpoint of the options stays", "[oauth2]") {
  place = std::make_shared<token_endpoint>("https://a");
  place->forget("https://a");
  CHECK_FALSE(find(first));
  CHECK(first.what->value() == std::string{"https://a"});
}
