/// Plays random scenarios with a real bearer on virtual time, and judges what
/// is seen of it by a specification of its own. The same number gives the same
/// scenario and the same trace.

#include "simulation/play.hpp"
#include "simulation/program.hpp"
#include "simulation/spec/specification.hpp"
#include "simulation/text.hpp"

#include <cstdint>

using namespace bearer::sim;

int main(int argc, char** argv) {
  auto life = game{};
  life.length = [](std::uint64_t seed) {
    return make_scenario(seed).steps.size();
  };
  life.play = [](std::uint64_t seed, const places& kept, bool with_trace) {
    return play(only(make_scenario(seed), kept), with_trace);
  };
  life.states = spec::specification::states();
  life.names = names();
  return run_program(argc, argv, life);
}
