#include <bearer/detail/token_tray.hpp>

#include "support/scene.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <thread>

using namespace bearer;
using namespace bearer::test;

namespace {

token numbered(std::uint64_t id, std::uint64_t count) {
  auto result = make_token("token-" + std::to_string(count));
  result.generation = {id, count};
  return result;
}

} // namespace

TEST_CASE("a token that was left is taken once", "[token_tray]") {
  detail::token_tray tray;
  CHECK(!tray.take());
  tray.leave(numbered(1, 1));
  const auto found = tray.take();
  REQUIRE(found);
  CHECK(text(*found) == "token-1");
  CHECK(!tray.take());
}

TEST_CASE("the newest token is the one that is taken", "[token_tray]") {
  detail::token_tray tray;
  tray.leave(numbered(1, 2));
  tray.leave(numbered(1, 1));
  CHECK(tray.take()->generation == generation{1, 2});
  tray.leave(numbered(1, 2));
  tray.leave(numbered(1, 3));
  CHECK(tray.take()->generation == generation{1, 3});
  // Generations of different bearers have no order: the last one counts.
  tray.leave(numbered(1, 3));
  tray.leave(numbered(2, 1));
  CHECK(tray.take()->generation == generation{2, 1});
}

TEST_CASE("nothing remains in a tray that was closed", "[token_tray]") {
  detail::token_tray tray;
  tray.leave(numbered(1, 1));
  tray.close();
  CHECK(!tray.take());
  tray.leave(numbered(1, 2));
  CHECK(!tray.take());
}

TEST_CASE("tokens are left and taken by many threads", "[token_tray]") {
  constexpr auto last = std::uint64_t{10'000};
  detail::token_tray tray;
  auto leave_all = [&] {
    for (auto i = std::uint64_t{1}; i <= last; ++i)
      tray.leave(numbered(1, i));
  };
  std::thread one{leave_all};
  std::thread two{leave_all};
  auto newest = std::uint64_t{0};
  auto wrong = 0;
  while (newest < last)
    if (const auto found = tray.take()) {
      const auto count = found->generation.count;
      if (text(*found) != "token-" + std::to_string(count))
        ++wrong;
      newest = std::max(newest, count);
    }
  one.join();
  two.join();
  CHECK(wrong == 0);
}
