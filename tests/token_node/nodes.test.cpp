#include "token_node/world.hpp"

#include <filesystem>
#include <list>

using namespace bearer;
using namespace bearer::test;

// Owners and replicas that are processes of their own.

TEST_CASE("a replica in another process renews with its owner",
          "[token_node]") {
  auto owner = program{owner_with({"--token-command", issuer(2)})};
  auto replica = program{replica_of(address_of(owner), {"--receivers=10"})};
  REQUIRE(replica.says("published", 3));
  const auto there = end_of(replica);
  CHECK(there["fetches"] > 20);
  CHECK(there["local_hits"] > 0);
  CHECK(there["local_hits"] <= there["fetches"]);
  CHECK(there["remote_calls"] >= 3);
  CHECK(there["source_calls"] == 0);
  CHECK(there["reconnects"] == 0);
  CHECK(there["max_staleness_ms"] < 1'000);
  const auto here = end_of(owner);
  CHECK(here["source_calls"] >= 3);
  CHECK(here["remote_calls"] == 0);
}

TEST_CASE("nodes end by themselves, and cleanly when they are told to",
          "[token_node]") {
  temp_folder folder;
  const auto file = folder.write("token", token_text(std::string{canary}));
  auto owner = program{owner_with({"--token-file", file})};
  const auto address = address_of(owner);
  const auto timed = run_to_end(replica_of(address, {"--duration=2s"}));
  CHECK(ended_well(timed));
  CHECK(timed["remote_calls"] >= 1);
  auto replica = program{replica_of(address)};
  REQUIRE(replica.says("published"));
  replica.terminate();
  CHECK(ended_well(replica.wait()));
  // Its end must not wait for a token that never comes.
  auto waiting = program{replica_of("127.0.0.1:1", {"--fetch-timeout=1h"})};
  REQUIRE(waiting.says("owner_unreachable"));
  waiting.interrupt();
  const auto without = waiting.wait();
  CHECK(without.exit_status == 1);
  CHECK(without["fetches"] == 0);
  CHECK(without["lost"] == 0);
  end_of(owner);
}

TEST_CASE("a fetch that is lost is counted and told", "[token_node]") {
  auto replica = program{
    replica_of("127.0.0.1:1", {"--fetch-timeout=300ms", "--receivers=2"})};
  // So many have more time between them than fetches wait.
  REQUIRE(replica.says("started", 10));
  replica.interrupt();
  const auto got = replica.wait();
  CHECK(got.exit_status == 1);
  CHECK(got["lost"] >= 2);
  CHECK(got["lost"] == got["fetches"]);
  CHECK(got["local_hits"] == 0);
  CHECK(got["remote_calls"] >= 10);
  CHECK(contains(got.err, "owner_unreachable"));
}

TEST_CASE("a replica outlives an owner that is killed and started anew",
          "[token_node]") {
  temp_folder folder;
  const auto file = folder.write("token", token_text(std::string{canary}));
  const auto source = words{"--token-file", file, "--refresh-period=100ms",
                            "--initial-retry-timeout=100ms"};
  auto first = program{owner_with(source)};
  const auto address = address_of(first);
  auto replica = program{replica_of(address, {"--receivers=10"})};
  REQUIRE(replica.says("published"));
  first.kill();
  REQUIRE(replica.says("owner_unreachable", 3));
  const auto before = replica.count("unchanged");
  auto second = program{token_node(
    words{"--listen", address.substr(address.rfind(':') + 1), "--pause=1ms"}
    + source)};
  // The same secret, though of another bearer.
  REQUIRE(replica.says("unchanged", before + 1));
  folder.write("new", token_text("new-" + std::string{canary}));
  std::filesystem::rename(folder.path("new"), file);
  REQUIRE(replica.says("published", 2));
  const auto got = end_of(replica);
  CHECK(got["reconnects"] >= 1);
  CHECK(got["remote_calls"] > 4);
  CHECK(end_of(second)["source_calls"] >= 2);
}

TEST_CASE("an owner that is frozen for a while keeps no replica from ending",
          "[token_node]") {
  auto owner = program{owner_with({"--token-command", issuer(2)})};
  const auto address = address_of(owner);
  const auto hasty = words{"--fetch-timeout=1min",
                           "--refresh-request-timeout=500ms"};
  auto first = program{replica_of(address, hasty)};
  auto second = program{replica_of(address, hasty)};
  REQUIRE(first.says("published"));
  REQUIRE(second.says("published"));
  owner.freeze();
  // Both tokens have ended, and nobody says that there are no others.
  REQUIRE(first.says("owner_unreachable"));
  REQUIRE(second.says("owner_unreachable"));
  end_of(first);
  const auto before = second.count("published");
  owner.thaw();
  REQUIRE(second.says("published", before + 1));
  end_of(second);
  end_of(owner);
}

TEST_CASE("ten replicas at once cause one call of the source", "[token_node]") {
  temp_folder folder;
  const auto gate = folder.path("gate");
  auto owner = program{owner_with(
    {"--receivers=0", "--refresh-request-timeout=1min", "--token-command",
     "while [ ! -e " + gate + " ]; do sleep 0.02; done; " + issuer(3'600)})};
  const auto address = address_of(owner);
  auto replicas = std::list<program>{};
  for (auto i = 0; i < 10; ++i)
    replicas.emplace_back(
      replica_of(address, {"--receivers=10", "--fetch-timeout=1min",
                           "--refresh-request-timeout=1min"}));
  for (const auto& replica : replicas)
    CHECK(replica.says("attempt 1      started"));
  folder.write("gate", "");
  for (const auto& replica : replicas)
    CHECK(replica.says("published"));
  for (auto& replica : replicas) {
    const auto got = end_of(replica);
    CHECK(got["remote_calls"] == 1);
    CHECK(got["source_calls"] == 0);
  }
  owner.interrupt();
  const auto got = owner.wait();
  CHECK(got.exit_status == 0);
  CHECK(got["source_calls"] == 1);
}

TEST_CASE("a replica takes the owner that is there", "[token_node]") {
  auto owner = program{owner_with({"--token", std::string{canary}})};
  auto replica = program{replica_of("127.0.0.1:1," + address_of(owner))};
  REQUIRE(replica.says("published"));
  CHECK(end_of(replica)["remote_calls"] == 1);
  end_of(owner);
}

TEST_CASE("a replica without an owner reads its fallback", "[token_node]") {
  temp_folder folder;
  const auto file = folder.write("token", token_text(std::string{canary}));
  auto replica
    = program{replica_of("127.0.0.1:1", {"--fallback-token-file", file})};
  REQUIRE(replica.says("published"));
  CHECK(end_of(replica)["source_calls"] == 0);
}
