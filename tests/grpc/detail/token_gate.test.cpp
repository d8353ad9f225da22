#include <bearer/error.hpp>
#include <bearer/grpc/detail/token_gate.hpp>

#include "support/eventually.hpp"
#include "support/real_sources.hpp"
#include "support/rpc_scene.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using bearer::grpc::detail::token_gate;

namespace {

/// Asks gates, and counts the answers.
class asker_of_gates {
public:
  void ask(token_gate& gate) {
    ++asked_;
    const auto found = gate.get(
      [answers = answers_](const caf::expected<token>&) { ++*answers; });
    if (found)
      ++*answers_;
  }

  int answers() const {
    return *answers_;
  }

  /// Whether all that were asked for came, and no more.
  bool is_content() const {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (*answers_ < asked_)
      if (std::chrono::steady_clock::now() > end)
        return false;
    return *answers_ == asked_;
  }

private:
  std::atomic<int> asked_ = 0;
  std::shared_ptr<std::atomic<int>> answers_
    = std::make_shared<std::atomic<int>>(0);
};

} // namespace

TEST_CASE("threads are answered once each while tokens come, go and end",
          "[grpc][I5]") {
  real_system real;
  numbered_source source;
  auto api = make_bearer(real.sys, source.spawn(real.sys));
  auto gate = token_gate::make(api, {});
  asker_of_gates asker;
  auto threads = std::vector<std::thread>{};
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 1000; ++n)
        asker.ask(*gate);
    });
  for (int n = 0; n < 10; ++n)
    if (auto tok = api.fetch())
      api.reject(tok->generation);
  api.stop();
  for (auto& x : threads)
    x.join();
  CHECK(asker.is_content());
}

TEST_CASE("a gate that goes first leaves nobody without an answer",
          "[grpc][I5]") {
  real_system real;
  signal called;
  auto api = make_bearer(real.sys, silent_source(real.sys, called));
  auto gate = token_gate::make(api, {});
  asker_of_gates asker;
  for (int n = 0; n < 10; ++n)
    asker.ask(*gate);
  gate.reset();
  REQUIRE(wait_for_waiters(api, 10));
  CHECK(asker.answers() == 0);
  api.stop();
  CHECK(asker.is_content());
}

TEST_CASE("an actor system ends while another thread lets go of a gate",
          "[grpc][lifetime]") {
  for (int n = 0; n < 100; ++n) {
    auto real = std::make_unique<real_system>();
    auto other = std::thread{};
    asker_of_gates asker;
    {
      auto api = make_bearer(real->sys,
                             ready_source(real->sys, token{secret{"abc"}}));
      auto gate = token_gate::make(api, {});
      asker.ask(*gate);
      other = std::thread{[last = std::move(gate)]() mutable { last.reset(); }};
    }
    real.reset();
    other.join();
    CHECK(asker.is_content());
  }
}
