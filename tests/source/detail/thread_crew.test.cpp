#include <bearer/source/detail/thread_crew.hpp>

#include "support/eventually.hpp"
#include "support/real_time.hpp"
#include "support/thread_count.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

using namespace bearer::test;
using bearer::detail::thread_crew;
using bearer::detail::thread_job;

namespace {

class function_job : public thread_job {
public:
  explicit function_job(std::function<void()> what) : what_(std::move(what)) {
    // nop
  }

  void run() override {
    what_();
  }

private:
  std::function<void()> what_;
};

std::shared_ptr<thread_job> job(std::function<void()> what) {
  return std::make_shared<function_job>(std::move(what));
}

/// A job that has begun and blocks.
struct blocked {
  explicit blocked(thread_crew& crew) {
    crew.run(held);
  }

  ~blocked() {
    release.set();
  }

  signal begun;
  signal release;
  std::shared_ptr<thread_job> held
    = job([begun = begun, release = release]() mutable {
        begun.set();
        release.wait();
      });
};

/// The number of threads, with that of a sanitizer, which starts with the first
/// of ours.
std::size_t threads_so_far() {
  std::thread{[] {}}.join();
  return thread_count();
}

} // namespace

TEST_CASE("a crew has no more threads than it may", "[thread]") {
  const auto crew = std::make_shared<thread_crew>(2);
  const auto before = threads_so_far();
  auto first = blocked{*crew};
  auto others = std::vector<std::unique_ptr<blocked>>{};
  for (auto i = 0; i < 100; ++i)
    others.push_back(std::make_unique<blocked>(*crew));
  REQUIRE(first.begun.wait());
  // Those of the tests before may end meanwhile.
  CHECK(thread_count() <= before + 2);
  // All get their turn.
  first.release.set();
  for (const auto& x : others) {
    x->release.set();
    REQUIRE(x->begun.wait());
  }
}

TEST_CASE("whoever gives up leaves a crew's queue", "[thread]") {
  const auto crew = std::make_shared<thread_crew>(1);
  auto first = blocked{*crew};
  REQUIRE(first.begun.wait());
  signal ran;
  signal last_ran;
  auto dropped = job([ran]() mutable { ran.set(); });
  crew->run(dropped);
  dropped.reset();
  const auto last = job([last_ran]() mutable { last_ran.set(); });
  crew->run(last);
  first.release.set();
  REQUIRE(last_ran.wait());
  CHECK_FALSE(ran.is_set());
}

TEST_CASE("a crew without work has no threads, and starts some again",
          "[thread]") {
  const auto before = threads_so_far();
  const auto crew = std::make_shared<thread_crew>(2);
  for (auto i = 0; i < 100; ++i) {
    signal ran;
    const auto what = job([ran]() mutable { ran.set(); });
    crew->run(what);
    REQUIRE(ran.wait());
  }
  CHECK(eventually([&] { return thread_count() <= before; }));
}

TEST_CASE("a job outlives its crew's owners", "[thread]") {
  auto crew = std::make_shared<thread_crew>(1);
  auto first = blocked{*crew};
  signal ran;
  const auto next = job([ran]() mutable { ran.set(); });
  crew->run(next);
  crew.reset();
  first.release.set();
  CHECK(ran.wait());
}
