#include <bearer/detail/local_slot.hpp>
#include <bearer/detail/slot_reader.hpp>

#include "coarse_clock/machine_clock.hpp"
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <memory>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

const auto start = caf::timestamp{1'800'000'000s};

token some_token() {
  auto result = token{};
  result.access_token = secret{"secret"};
  result.generation = {17, 1};
  return result;
}

/// Moments around the end of a token and around those at which the coarse clock
/// moves on.
std::vector<caf::timestamp> moments_around(caf::timestamp end) {
  auto result = std::vector<caf::timestamp>{};
  for (auto at = end - 5s; at < end + 2s; at += 1ms)
    result.push_back(at);
  for (auto at : {end - 1ns, end, end + 1ns})
    result.push_back(at);
  std::sort(result.begin(), result.end());
  return result;
}

} // namespace

TEST_CASE("the machine's wall clock is what the test makes it") {
  set_machine_clock(start + 1ns, 2ns);
  CHECK(caf::make_timestamp() == start + 1ns);
  CHECK(system_wall_clock() == start + 1ns);
  CHECK(caf::timestamp{std::chrono::seconds{std::time(nullptr)}} == start - 1s);
}

TEST_CASE("a late coarse clock makes no token last longer, nor shorter",
          "[I21][I2]") {
  const auto late = GENERATE(0ns, 1ns, 4ms, 10ms, 300ms, 999ms);
  const auto beyond = GENERATE(0ns, 1ns, 3ms, 500ms, 999'999'999ns);
  CAPTURE(late, beyond);
  const auto end = start + beyond;
  set_machine_clock(end - 1h, late);
  const auto slot = std::make_shared<detail::local_slot>(system_wall_clock);
  slot->publish(some_token(), end);
  auto reader = detail::slot_reader{slot};
  for (const auto now : moments_around(end)) {
    set_machine_clock(now, late);
    const auto good = now < end;
    const auto read = reader.read() != nullptr;
    const auto hit = slot->hit({}).has_value();
    if (read != good || hit != good) {
      CAPTURE(end - now);
      CHECK(read == good);
      CHECK(hit == good);
    }
  }
}

TEST_CASE("far from the end of a token the exact clock is left alone",
          "[I21]") {
  set_machine_clock(start, 0ns);
  const auto slot = std::make_shared<detail::local_slot>(system_wall_clock);
  slot->publish(some_token(), start + 1h);
  auto reader = detail::slot_reader{slot};
  // Looks closely once, at what it has not seen yet.
  REQUIRE(reader.read() != nullptr);
  const auto before = exact_looks();
  set_machine_clock(start + 59min, 0ns);
  CHECK(reader.read() != nullptr);
  CHECK(slot->hit({}));
  CHECK(exact_looks() == before);
}

TEST_CASE("a wall clock set on ends a token, and set back brings it back",
          "[I21][I13]") {
  const auto end = start + 1h;
  set_machine_clock(start, 0ns);
  const auto slot = std::make_shared<detail::local_slot>(system_wall_clock);
  slot->publish(some_token(), end);
  auto reader = detail::slot_reader{slot};
  REQUIRE(reader.read() != nullptr);
  set_machine_clock(end + 1min, 0ns);
  CHECK(reader.read() == nullptr);
  set_machine_clock(end - 1min, 0ns);
  CHECK(reader.read() != nullptr);
}
