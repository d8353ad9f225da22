#include <bearer/bearer.hpp>
#include <bearer/source/function_source.hpp>

#include "support/real_time.hpp"
#include "support/scripted_source.hpp"

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <thread>
#include <utility>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// Has a thread of the application use a bearer and then go on with other
/// things.
/// @returns whether the actor system ends while that thread lives.
bool ends_after(std::function<void(const handle&)> use) {
  signal used;
  signal release;
  signal ended;
  auto user = std::thread{};
  auto owner = std::thread{[&] {
    {
      real_system real;
      auto source = function_source(real.sys, [] { return make_token("abc"); });
      user = std::thread{[&, bearer = *spawn(real.sys, source)]() mutable {
        use(std::exchange(bearer, handle{}));
        used.set();
        release.wait();
      }};
      used.wait();
    }
    ended.set();
  }};
  const auto result = ended.wait();
  release.set();
  owner.join();
  user.join();
  return result;
}

} // namespace

TEST_CASE("an actor system ends while a thread lives that has fetched",
          "[lifetime]") {
  CHECK(ends_after([](const handle& bearer) { (void)bearer.fetch(); }));
}

TEST_CASE("an actor system ends while a thread lives that asked for the status",
          "[lifetime]") {
  CHECK(ends_after([](const handle& bearer) { (void)bearer.status(); }));
}

TEST_CASE("an actor system ends while a thread lives that closed a bearer",
          "[lifetime]") {
  CHECK(ends_after([](const handle& bearer) { bearer.close(1s); }));
}
