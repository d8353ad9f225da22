#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/monitor.hpp>

#include "support/scene.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace bearer;
using namespace bearer::test;

TEST_CASE("an actor at rest is referred to by its handles alone",
          "[caf_compat]") {
  virtual_time time;
  auto one = time.sys().spawn(
    [](caf::event_based_actor*) -> caf::behavior { return {[](int) {}}; });
  time.settle();
  CHECK(detail::is_only_reference(one));
  SECTION("not with another handle") {
    auto other = one;
    CHECK_FALSE(detail::is_only_reference(one));
    other = nullptr;
    CHECK(detail::is_only_reference(one));
  }
  SECTION("weak references do not count") {
    auto weak = caf::actor_cast<caf::weak_actor_ptr>(one);
    CHECK(detail::is_only_reference(one));
  }
  SECTION("not with a message on its way") {
    detail::anon_mail(one, 1);
    CHECK_FALSE(detail::is_only_reference(one));
    time.settle();
    CHECK(detail::is_only_reference(one));
  }
  SECTION("whom it monitors and who monitors it does not count") {
    auto observer = time.sys().spawn(
      [one](caf::event_based_actor* self) mutable -> caf::behavior {
        auto watch = std::make_shared<detail::monitoring>(
          detail::monitor(self, one, [](const caf::error&) {}));
        one = nullptr;
        return {[watch](int) {}};
      });
    time.settle();
    CHECK(detail::is_only_reference(one));
  }
}
