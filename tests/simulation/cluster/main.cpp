/// Plays random scenarios with a real owner and real replicas on virtual time,
/// over a network that is simulated, and judges what is seen of them by a
/// specification of its own.

#include <caf/io/middleman.hpp>

#include "simulation/cluster/play.hpp"
#include "simulation/program.hpp"

#include <cstdint>

using namespace bearer::sim;

int main(int argc, char** argv) {
  // The types of what it answers that connects.
  caf::io::middleman::init_global_meta_objects();
  auto life = game{};
  life.length = [](std::uint64_t seed) {
    return cluster::make_scenario(seed).steps.size();
  };
  life.play = [](std::uint64_t seed, const places& kept, bool with_trace) {
    return cluster::play(only(cluster::make_scenario(seed), kept), with_trace);
  };
  life.states = {""};
  life.names = cluster::names();
  return run_program(argc, argv, life);
}
