#include <bearer/bearer.hpp>
#include <bearer/source/function_source.hpp>

#include "support/client.hpp"
#include "support/eventually.hpp"
#include "support/scripted_source.hpp"

#include "remote/support/node.hpp"
#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// A source whose first tokens are soon to be renewed, as the schedule says.
class fading_source {
public:
  /// @param fading How many of them.
  explicit fading_source(int fading) : fading_(fading) {
    // nop
  }

  any_source spawn(caf::actor_system& sys) const {
    return function_source(sys, [calls = calls_, fading = fading_] {
      const auto n = ++*calls;
      const auto lifetime = n <= fading ? caf::timespan{12s}
                                        : caf::timespan{1h};
      return make_token("token-" + std::to_string(n), caf::make_timestamp(),
                        lifetime);
    });
  }

  int calls() const {
    return *calls_;
  }

private:
  int fading_;
  std::shared_ptr<std::atomic<int>> calls_
    = std::make_shared<std::atomic<int>>(0);
};

/// A node that has few threads, so that there can be many of them, and its
/// replica.
class small_node {
public:
  // Connecting many at once may take long.
  explicit small_node(const remote::address& owner)
    : replica_(must(remote::connect(sys_, owner, quick(1min)))) {
    // nop
  }

  const handle& replica() const {
    return replica_;
  }

  /// Has so many new receivers fetch.
  std::vector<pending_fetch> fetch(int receivers) {
    auto result = std::vector<pending_fetch>{};
    for (auto i = 0; i < receivers; ++i)
      result.push_back(test::fetch(sys_, replica_.receiver()));
    return result;
  }

private:
  struct config : node_config {
    config() {
      set("caf.scheduler.max-threads", std::size_t{1});
    }
  };

  config config_;
  caf::actor_system sys_{config_};
  handle replica_;
};

class many_nodes {
public:
  many_nodes(const remote::address& owner, int count) {
    for (auto i = 0; i < count; ++i)
      nodes_.push_back(std::make_unique<small_node>(owner));
  }

  /// Has so many new receivers of each node fetch at the same time.
  /// @returns how many got that token.
  std::size_t fetch(int receivers, const std::string& secret) {
    auto waiting = std::vector<std::vector<pending_fetch>>{};
    for (const auto& node : nodes_)
      waiting.push_back(node->fetch(receivers));
    auto result = std::size_t{0};
    for (const auto& those : waiting)
      for (const auto& x : those)
        if (eventually([&] { return x.done(); }))
          result += x.value().access_token.view() == secret ? 1 : 0;
    return result;
  }

  /// Waits until all nodes have this token.
  bool wait_for(const std::string& secret) const {
    for (const auto& node : nodes_)
      if (!wait_for_secret(node->replica(), secret))
        return false;
    return true;
  }

  /// How often replicas asked the owner, all together.
  std::uint64_t attempts() const {
    auto result = std::uint64_t{0};
    for (const auto& node : nodes_)
      result += node->replica().status().attempts;
    return result;
  }

private:
  std::vector<std::unique_ptr<small_node>> nodes_;
};

} // namespace

TEST_CASE(
  "a thousand receivers on each of a hundred nodes cause one call of the"
  " source",
  "[remote][I1]") {
  node there;
  const fading_source source{0};
  owner at{there, source.spawn(there.sys), quick()};
  many_nodes nodes{at.address(), 100};
  CHECK(nodes.fetch(1'000, "token-1") == 100'000);
  CHECK(source.calls() == 1);
  CHECK(nodes.attempts() == 100);
  at.bearer.request_renewal();
  REQUIRE(nodes.wait_for("token-2"));
  CHECK(nodes.fetch(1'000, "token-2") == 100'000);
  CHECK(source.calls() == 2);
  CHECK(nodes.attempts() == 200);
}

TEST_CASE("a renewal by the schedule is one call of the source for all nodes",
          "[remote][I1][I10]") {
  node there;
  const fading_source source{1};
  owner at{there, source.spawn(there.sys), quick()};
  many_nodes nodes{at.address(), 10};
  CHECK(nodes.fetch(1, "token-1") == 10);
  REQUIRE(nodes.wait_for("token-2"));
  // Some by the replicas' own schedules, before the owner's.
  CHECK(nodes.attempts() >= 20);
  CHECK(source.calls() == 2);
  CHECK(at.bearer.status().attempts == 2);
}
