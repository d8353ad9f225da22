#include <bearer/source/detail/signing_crew.hpp>

#include "support/real_time.hpp"

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using detail::signing_crew;

namespace {

oauth2::options signing_with_file(std::string name) {
  auto how = oauth2::private_key_jwt{};
  how.key.file = std::move(name);
  auto result = oauth2::options{};
  result.authentication = std::move(how);
  return result;
}

/// Says that it has begun, then waits.
class waiting_job : public detail::thread_job {
public:
  explicit waiting_job(signal until) : until_(std::move(until)) {
    // nop
  }

  void run() override {
    begun.set();
    until_.wait();
  }

  signal begun;

private:
  signal until_;
};

} // namespace

TEST_CASE("sources that sign with the same files share a crew", "[oauth2]") {
  const auto one = signing_crew(signing_with_file("one"));
  REQUIRE(one);
  CHECK(signing_crew(signing_with_file("one")) == one);
  CHECK(signing_crew(signing_with_file("two")) != one);
  auto both = signing_with_file("one");
  auto grant = oauth2::jwt_bearer{};
  auto made = oauth2::signed_assertion{};
  made.key.file = "two";
  grant.assertion = made;
  both.grant = grant;
  CHECK(signing_crew(both) != one);
  CHECK_FALSE(signing_crew(oauth2::options{}));
}

TEST_CASE("a crew that hangs is not left to those who come later", "[oauth2]") {
  signal release;
  auto crew = signing_crew(signing_with_file("hangs"));
  // More than there can be threads.
  auto hanging = std::vector<std::shared_ptr<waiting_job>>{};
  for (auto i = 0; i < 100; ++i) {
    hanging.push_back(std::make_shared<waiting_job>(release));
    crew->run(hanging.back());
  }
  REQUIRE(hanging.front()->begun.wait());
  crew.reset();
  const auto next = std::make_shared<waiting_job>(release);
  crew = signing_crew(signing_with_file("hangs"));
  crew->run(next);
  CHECK(next->begun.wait());
  release.set();
}
