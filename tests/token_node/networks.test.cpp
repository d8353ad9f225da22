#include "support/time_of.hpp"

#include "token_node/two_networks.hpp"
#include "token_node/world.hpp"
#include <catch2/generators/catch_generators.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <list>
#include <memory>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

// An owner and its replicas with a network between them that is not at its
// best. Skipped where there are no network namespaces to be had.

namespace {

using side = two_networks::side;

/// A network across a continent, on a bad day.
constexpr auto bad = bad_wire::quality{50ms, 20ms, 3};

template <class... Ts>
std::unique_ptr<two_networks> make_networks(const Ts&... xs) {
  try {
    return std::make_unique<two_networks>(xs...);
  } catch (const std::exception& ex) {
    SKIP("no network namespaces here: " << ex.what());
  }
  return nullptr;
}

/// An owner on the left and replicas on the right, with TLS.
struct cluster {
  cluster() : networks(make_networks()) {
    // nop
  }

  explicit cluster(const bad_wire::quality& how)
    : networks(make_networks(how)) {
    // On so bad a network, silence need not be the end.
    watchful.clear();
  }

  /// With a source that issues tokens of so many seconds.
  program& start_issuing_owner(int seconds) {
    return start_owner({"--token-command", source.command(seconds)});
  }

  /// Ends the owner. Its source was called once for each of its tokens, however
  /// many replicas there are and whatever became of the network.
  void end_owner() {
    const auto attempts = end_of(*owner)["source_calls"];
    const auto calls = source.calls();
    const auto published = owner->count("published");
    // The end may have cut one short.
    CHECK(calls >= published);
    CHECK(calls <= published + 1);
    CHECK(attempts >= calls);
    CHECK(attempts <= calls + 1);
  }

  program& start_owner(const words& more) {
    const auto node = token_node(words{"--listen=4711", "--pause=1ms", "--bind",
                                       networks->address(side::left),
                                       "--initial-retry-timeout=100ms"}
                                 + watchful + tls_of(ca.issue(), ca) + more);
    owner = std::make_unique<program>(networks->in(side::left, node));
    REQUIRE(owner->says("listens on"));
    return *owner;
  }

  program& start_replica(const words& more = {}) {
    const auto node
      = replica_of(networks->address(side::left) + ":4711",
                   words{"--receivers=5", "--refresh-request-timeout=2s"}
                     + watchful + tls_of(ca.issue(), ca) + more);
    return replicas.emplace_back(networks->in(side::right, node));
  }

  /// Has CAF notice silence soon. Each heartbeat ends the handshakes that are
  /// under way, so that not many may.
  words watchful = {"--caf.middleman.heartbeat-interval=1s",
                    "--caf.middleman.connection-timeout=3s"};

  counted_issuer source;
  test_ca ca;
  std::unique_ptr<two_networks> networks;
  std::unique_ptr<program> owner;
  std::list<program> replicas;
};

/// Three renewals at each of ten replicas.
void renew_all(cluster& it) {
  it.start_issuing_owner(3);
  for (auto i = 0; i < 10; ++i)
    it.start_replica();
  for (const auto& replica : it.replicas)
    REQUIRE(replica.says("published", 3));
  for (auto& replica : it.replicas)
    CHECK(end_of(replica)["remote_calls"] >= 3);
  it.end_owner();
}

/// How often each replica has said something.
std::vector<std::size_t> counts_of(const cluster& it, const std::string& what) {
  auto result = std::vector<std::size_t>{};
  for (const auto& replica : it.replicas)
    result.push_back(replica.count(what));
  return result;
}

/// Waits until each has said it once more than then.
bool all_say(const cluster& it, const std::string& what,
             const std::vector<std::size_t>& then) {
  auto before = then.begin();
  return std::all_of(it.replicas.begin(), it.replicas.end(),
                     [&](const program& replica) {
                       return replica.says(what, *before++ + 1);
                     });
}

} // namespace

TEST_CASE("a network that delays and loses packets loses no fetch",
          "[token_node][network]") {
  cluster it{bad};
  renew_all(it);
  CHECK(it.networks->wire().lost() > 0);
}

TEST_CASE("on such a network, a token that one node refuses is replaced at all",
          "[token_node][network][I4]") {
  cluster it{bad};
  auto& owner = it.start_issuing_owner(3'600);
  it.start_replica();
  it.start_replica();
  it.start_replica({"--reject-every=300ms"});
  for (const auto& replica : it.replicas)
    REQUIRE(replica.says("a server refused it", 3));
  for (auto& replica : it.replicas)
    CHECK(end_of(replica)["rejected_served"] == 0);
  it.end_owner();
  CHECK(it.source.calls() >= 4);
  // One for each, however many nodes ask.
  CHECK(it.source.calls() <= owner.count("a server refused it") + 1);
}

TEST_CASE("a network too narrow for its packets loses no fetch",
          "[token_node][network]") {
  cluster it;
  it.watchful.clear();
  // A queue of three packets, in which each waits up to 0.2 seconds.
  if (const auto lack = it.networks->shape(
        {"tbf", "rate", "200kbit", "burst", "1600", "limit", "5000"}))
    SKIP("no tbf in this kernel: " << *lack);
  renew_all(it);
}

TEST_CASE("a cut that lasts longer than the token loses no fetch",
          "[token_node][network]") {
  cluster it;
  it.start_issuing_owner(2);
  it.start_replica();
  it.start_replica();
  for (const auto& replica : it.replicas)
    REQUIRE(replica.says("published"));
  // One that has a token at the cut: tokens are so short that there is not one
  // at all times.
  auto& first = it.replicas.front();
  REQUIRE(first.says("published", first.count("published") + 1));
  const auto withdrawn = first.count("withdrawn");
  const auto unreachable = counts_of(it, "owner_unreachable");
  it.networks->cut();
  // Those who want a token then wait for it.
  REQUIRE(first.says("withdrawn", withdrawn + 1));
  REQUIRE(all_say(it, "owner_unreachable", unreachable));
  const auto published = counts_of(it, "published");
  it.networks->mend();
  REQUIRE(all_say(it, "published", published));
  for (auto& replica : it.replicas)
    CHECK(end_of(replica)["reconnects"] >= 1);
  it.end_owner();
}

TEST_CASE("a link that drops everything in silence is noticed and left",
          "[token_node][network]") {
  const auto mute = GENERATE(std::vector{side::left}, std::vector{side::right},
                             std::vector{side::left, side::right});
  cluster it;
  temp_folder folder;
  const auto file = folder.write("token", token_text(std::string{canary}));
  auto& owner = it.start_owner({"--token-file", file, "--refresh-period=50ms"});
  auto& replica = it.start_replica();
  REQUIRE(replica.says("published"));
  const auto before = replica.count("owner_unreachable");
  for (const auto from : mute)
    it.networks->swallow(from);
  const auto noticed
    = time_of([&] { REQUIRE(replica.says("owner_unreachable", before + 1)); });
  // CAF's timeout of three seconds, and an attempt of two, with much room.
  CHECK(noticed < 15s);
  REQUIRE(replica.says("owner_unreachable", before + 2));
  folder.write("new", token_text("new-" + std::string{canary}));
  std::filesystem::rename(folder.path("new"), file);
  REQUIRE(owner.says("published", 2));
  CHECK(replica.count("published") == 1);
  for (const auto from : mute)
    it.networks->deliver(from);
  REQUIRE(replica.says("published", 2));
  CHECK(end_of(replica)["reconnects"] >= 1);
  end_of(owner);
}

TEST_CASE("what is refused while a link is silent is replaced when it is not",
          "[token_node][network][I4]") {
  cluster it;
  it.start_issuing_owner(3'600);
  auto& replica = it.start_replica({"--reject-every=300ms"});
  REQUIRE(replica.says("published", 2));
  const auto before = replica.count("owner_unreachable");
  it.networks->swallow(side::right);
  // Whoever has no token any more asks for one.
  REQUIRE(replica.says("owner_unreachable", before + 1));
  const auto published = replica.count("published");
  it.networks->deliver(side::right);
  REQUIRE(replica.says("published", published + 1));
  CHECK(end_of(replica)["rejected_served"] == 0);
  it.end_owner();
}

TEST_CASE("an owner that dies unheard and is started anew gets its replicas",
          "[token_node][network]") {
  cluster it;
  temp_folder folder;
  const auto file = folder.write("token", token_text(std::string{canary}));
  it.start_owner({"--token-file", file});
  for (auto i = 0; i < 3; ++i)
    it.start_replica();
  for (const auto& replica : it.replicas)
    REQUIRE(replica.says("published"));
  it.networks->swallow(side::left);
  it.owner->kill();
  it.networks->deliver(side::left);
  folder.write("token", token_text("new-" + std::string{canary}));
  auto& second = it.start_owner({"--token-file", file});
  for (const auto& replica : it.replicas)
    REQUIRE(replica.says("published", 2));
  for (auto& replica : it.replicas)
    end_of(replica);
  end_of(second);
}
