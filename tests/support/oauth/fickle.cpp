#include "support/oauth/fickle.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <random>
#include <string>

namespace bearer::test::manners {

namespace {

using namespace std::chrono_literals;

/// Of a token that nothing was done for.
std::string granted(std::uint64_t number, int expires_in) {
  return json_object{}
    .add("access_token", std::string{useless_prefix} + std::to_string(number))
    .add("token_type", "Bearer")
    .add("expires_in", static_cast<std::uint64_t>(expires_in))
    .text();
}

/// @param number Differs from that of all other faults.
manner fault(std::uint64_t which, std::uint64_t number) {
  switch (which) {
    case 0:
      return resetting;
    case 1:
      return resetting_in_the_body;
    case 2:
      return hanging;
    case 3:
      return dripping;
    case 4:
      return delayed(std::make_shared<gate>(), 200ms);
    case 5:
      return saying(503, "{}", "Retry-After: 1\r\n");
    case 6:
      return saying({"502 Bad Gateway", "<html><h1>502</h1></html>",
                     "Content-Type: text/html\r\n"});
    case 7:
      return saying(401, R"({"error":"invalid_client"})");
    case 8:
      return saying(200, R"({"access_token":)");
    case 9:
      return saying(200, std::string(1'000'000, ' '));
    case 10:
      return saying(200, granted(number, 0));
    default:
      return saying(200, granted(number, 6));
  }
}

constexpr std::uint64_t faults = 12;

class moods {
public:
  explicit moods(unsigned percent) : percent_(percent) {
    // nop
  }

  manner next() {
    const auto guard = std::unique_lock{mutex_};
    if (random_() % 100 >= percent_)
      return properly;
    return fault(random_() % faults, ++count_);
  }

private:
  const unsigned percent_;
  std::mutex mutex_;
  std::mt19937_64 random_{1};
  std::uint64_t count_ = 0;
};

} // namespace

manner fickle(unsigned percent) {
  return
    [mood = std::make_shared<moods>(percent)](connection& to, const deed& act) {
      mood->next()(to, act);
    };
}

} // namespace bearer::test::manners
