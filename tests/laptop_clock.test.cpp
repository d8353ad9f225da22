// What a laptop does to its wall clock, from end to end: a real file, real
// threads and a real steady clock, the wall clock alone is moved.

#include <bearer/bearer.hpp>
#include <bearer/reader.hpp>
#include <bearer/source/file_source.hpp>

#include "support/real_time.hpp"
#include "support/scene.hpp"
#include "support/temp_folder.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

using std::chrono::duration_cast;

class laptop {
public:
  /// The wall clock ahead of the true time.
  void set_wall(std::chrono::seconds ahead) {
    *ahead_ = ahead;
  }

  /// Replaces the token file by one that ends at this true time from now.
  void issue(const std::string& secret, std::chrono::seconds lifetime) {
    const auto end = system_wall_clock() + lifetime;
    const auto seconds
      = duration_cast<std::chrono::seconds>(end.time_since_epoch());
    const auto fresh = folder_.write(
      "fresh", R"({"access_token": ")" + secret + R"(", "expires_at": )"
                 + std::to_string(seconds.count()) + "}");
    std::filesystem::rename(fresh, path());
  }

  /// A bearer on the file.
  handle start() {
    auto options = file_source_options{};
    options.clock = clock();
    auto settings = exact();
    settings.initial_retry_timeout = 10ms;
    return *spawn(real_.sys, *file_source(real_.sys, path(), options), settings,
                  {"laptop", {}, clock()});
  }

private:
  wall_clock clock() const {
    return [ahead = ahead_] { return system_wall_clock() + ahead->load(); };
  }

  std::string path() const {
    return folder_.path("token");
  }

  std::shared_ptr<std::atomic<std::chrono::seconds>> ahead_
    = std::make_shared<std::atomic<std::chrono::seconds>>(0s);
  temp_folder folder_;
  real_system real_;
};

} // namespace

TEST_CASE("a laptop that slept past the end of its token wakes with a new one",
          "[I13][I2]") {
  laptop machine;
  machine.issue("before", 1h);
  auto bearer = machine.start();
  REQUIRE(text(bearer.fetch().value()) == "before");
  auto reader = bearer.reader();
  REQUIRE(reader.read() != nullptr);
  machine.set_wall(8h);
  CHECK(reader.read() == nullptr);
  // Nobody has renewed the file yet.
  auto result = bearer.fetch(reporting());
  REQUIRE(!result);
  CHECK(result.error() == errc::expired_token);
  machine.issue("after", 9h);
  CHECK(text(bearer.fetch().value()) == "after");
  REQUIRE(reader.read() != nullptr);
  CHECK(text(*reader.read()) == "after");
}

TEST_CASE(
  "a laptop that starts with a wrong clock has its token once it is set",
  "[I13][I11]") {
  laptop machine;
  machine.set_wall(2h);
  machine.issue("token", 1h);
  auto bearer = machine.start();
  auto result = bearer.fetch(reporting());
  REQUIRE(!result);
  CHECK(result.error() == errc::expired_token);
  machine.set_wall(0s);
  CHECK(text(bearer.fetch().value()) == "token");
}

TEST_CASE("small steps of a laptop's clock cost nothing", "[I13]") {
  laptop machine;
  machine.issue("token", 1h);
  auto bearer = machine.start();
  auto reader = bearer.reader();
  const auto first = bearer.fetch().value();
  for (auto ahead : {3s, -3s, 60s, -60s, 0s}) {
    machine.set_wall(ahead);
    CHECK(bearer.fetch().value().generation == first.generation);
    CHECK(reader.read() != nullptr);
  }
}
