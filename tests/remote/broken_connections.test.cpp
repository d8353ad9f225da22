// Connections that break anywhere in what is said.

#include <bearer/bearer.hpp>
#include <bearer/remote/protocol.hpp>

#include "support/eventually.hpp"
#include "support/numbered_source.hpp"
#include "support/tcp_server.hpp"
#include "support/test_ca.hpp"

#include "remote/support/intruder.hpp"
#include "remote/support/node.hpp"
#include "remote/support/relay.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator{"/proc/self/fd"},
                       std::filesystem::directory_iterator{});
}

/// What a replica on `here` sends to get a token.
std::string words_of_replica(node& here, std::uint16_t port) {
  auto between = relay{port};
  {
    auto replica = must(remote::connect(here.sys, local(between.port())));
    REQUIRE(replica.fetch());
  }
  return between.heard();
}

/// Says it up to a hundred places, and breaks the connection there.
void break_everywhere(std::uint16_t port, const std::string& text) {
  const auto step = text.size() / 100 + 1;
  for (auto end = std::size_t{0}; end <= text.size(); end += step)
    for (auto rudely : {false, true}) {
      const auto to = connect_to(port);
      REQUIRE(to);
      to->write(text.substr(0, end));
      if (rudely)
        to->reset();
      else
        to->close();
    }
}

/// An owner that goes through something, and a replica that does not.
class survivors {
public:
  survivors(node& here, node& there) : here_(here), there_(there) {
    // nop
  }

  std::uint16_t port() const {
    return at_.address().port;
  }

  /// All goes on, and nothing is left of what there was.
  void check() {
    replica_.reject(first_.generation);
    const auto second = must(replica_.fetch());
    CHECK(second.generation.count > first_.generation.count);
    CHECK(must(must(remote::connect(here_.sys, at_.address())).fetch())
            .generation.count
          > 0);
    CHECK(replica_.status().failed_attempts == 0);
    CHECK(eventually([&] { return open_descriptors() <= descriptors_; }));
  }

private:
  node& here_;
  node& there_;
  numbered_source source_;
  owner at_{there_, source_.spawn(there_.sys), quick()};
  handle replica_ = must(remote::connect(here_.sys, at_.address(), quick()));
  token first_ = must(replica_.fetch());
  std::ptrdiff_t descriptors_ = open_descriptors();
};

void survive_broken_connections(node& here, node& there, node& recorded) {
  survivors both{here, there};
  break_everywhere(both.port(), words_of_replica(recorded, both.port()));
  both.check();
}

} // namespace

TEST_CASE("ports that are closed as soon as they are open leave nothing open",
          "[remote]") {
  node there;
  numbered_source source;
  const auto bearer = must(spawn(there.sys, source.spawn(there.sys), quick()));
  must(remote::publish(bearer, 0));
  const auto before = open_descriptors();
  // How close together the network's thread sees to both is a matter of luck.
  for (auto i = 0; i < 500; ++i)
    must(remote::publish(bearer, 0));
  CHECK(eventually([&] { return open_descriptors() <= before; }));
}

TEST_CASE("connections may break anywhere", "[remote][intruder]") {
  node here;
  node there;
  node recorded;
  survive_broken_connections(here, there, recorded);
}

TEST_CASE("connections may break anywhere, over TLS",
          "[remote][intruder][tls]") {
  test_ca ca;
  node here{ca.issue(), ca.file()};
  node there{ca.issue(), ca.file()};
  node recorded{ca.issue(), ca.file()};
  survive_broken_connections(here, there, recorded);
}

TEST_CASE("a node may go in the midst of all it has to say",
          "[remote][intruder]") {
  node here;
  node there;
  survivors both{here, there};
  for (auto i = 0; i < 10; ++i) {
    intruder who{local(both.port())};
    who.send(who.gate(), caf::make_message(subscribe_atom_v, std::uint64_t{1}));
    for (auto number = std::uint64_t{0}; number < 1'000; ++number) {
      auto asked = remote::question{};
      asked.number = number;
      asked.budget = 1min;
      asked.newer_than = {1, number};
      asked.rejected = number % 2 == 0;
      who.send(who.gate(), caf::make_message(fetch_atom_v, asked));
    }
    // Some have been read, and the answers to all find nobody there.
    REQUIRE(who.wait_for(1));
  }
  both.check();
}
