// What does a fetch cost on another node than the bearer's, while the token is
// good?

#include <bearer/remote/connect.hpp>
#include <bearer/remote/publish.hpp>

#include "support/compare.hpp"
#include "support/sequence.hpp"
#include "support/world.hpp"

#include <caf/init_global_meta_objects.hpp>
#include <caf/io/middleman.hpp>

#include <stdexcept>
#include <utility>

namespace bearer::bench {

namespace {

constexpr auto rounds = std::size_t{20'000};

struct networked : config {
  networked() : config(1) {
    caf::io::middleman::init_global_meta_objects();
    load<caf::io::middleman>();
  }
};

/// An actor system with a network.
struct node {
  networked cfg;
  caf::actor_system sys{cfg};
};

} // namespace

/// Compared with one from a bearer of the same node.
void replica_fetch(benchmark::State& state) {
  node here;
  node there;
  const auto local = ready_bearer(here.sys);
  const auto published
    = std::move(remote::publish(ready_bearer(there.sys), 0).value());
  const auto replica
    = remote::connect(here.sys, {"127.0.0.1", published.port()}).value();
  if (auto tok = replica.fetch(); !tok)
    throw std::runtime_error("no token: " + to_string(tok.error()));
  const auto fetch_from = [&](const handle& from) {
    return rounds_of(here.sys, rounds,
                     ask<token>(from.actor(), fetch_atom_v, fetch_options{}));
  };
  compare(state, fetch_from(replica), fetch_from(local));
}

BENCHMARK(replica_fetch)->Apply(pieces);

} // namespace bearer::bench
