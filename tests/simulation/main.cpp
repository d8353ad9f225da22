/// Plays random scenarios with a real bearer on virtual time, and judges what
/// is seen of it by a specification of its own. The same number gives the same
/// scenario and the same trace on every machine.

#include <bearer/meta_objects.hpp>

#include "support/showed_help.hpp"

#include "simulation/config.hpp"
#include "simulation/play.hpp"
#include "simulation/shrink.hpp"
#include "simulation/workers.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using namespace bearer::sim;

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

std::string describe(const outcome& what) {
  if (!what.fault)
    return "no fault\n";
  return what.fault->invariant + ": " + what.fault->what + '\n';
}

int replay(const config& cfg) {
  auto what = make_scenario(cfg.replay);
  if (!cfg.keep.empty())
    what = only(what, cfg.keep);
  const auto result = play(what, true);
  print(result.trace + describe(result));
  return result.fault ? EXIT_FAILURE : EXIT_SUCCESS;
}

/// The shortest scenario with the same fault, and how to see it again.
void explain(std::uint64_t seed) {
  const auto whole = make_scenario(seed);
  const auto fault = play(whole).fault;
  if (!fault) {
    print("the fault does not show again: only with others in one process\n");
    return;
  }
  const auto places = shrink(whole, [&](const scenario& fewer) {
    const auto result = play(fewer).fault;
    return result && result->what == fault->what;
  });
  const auto result = play(only(whole, places), true);
  print(result.trace + describe(result));
  auto list = std::string{};
  for (auto place : places)
    list += (list.empty() ? "" : ",") + std::to_string(place);
  print("again: simulate --replay=" + std::to_string(seed)
        + (list.empty() ? "" : " --keep='[" + list + "]'") + '\n');
}

void print(const coverage& reached) {
  auto state = std::string{};
  for (const auto& [what, count] : reached) {
    if (what.first != state)
      print(what.first + '\n');
    state = what.first;
    std::printf("  %-22s %12llu\n", what.second.c_str(),
                static_cast<unsigned long long>(count));
  }
}

int play_all(const config& cfg) {
  const auto result = play_many(cfg.first, cfg.seeds, cfg.jobs);
  if (cfg.coverage)
    print(result.reached);
  if (!result.faulty) {
    print(std::to_string(result.played) + " scenarios, no fault\n");
    return EXIT_SUCCESS;
  }
  print("seed " + std::to_string(*result.faulty)
        + (result.crashed ? ": the process crashed\n" : ": a fault\n"));
  if (!result.crashed && !cfg.terse)
    explain(*result.faulty);
  return EXIT_FAILURE;
}

} // namespace

int main(int argc, char** argv) {
  bearer::init_global_meta_objects();
  auto cfg = config{};
  if (const auto err = cfg.parse(argc, argv)) {
    std::fprintf(stderr, "simulate: %s\n", to_string(err).c_str());
    return EXIT_FAILURE;
  }
  if (bearer::test::showed_help(cfg))
    return EXIT_SUCCESS;
  if (cfg.jobs == 0 || cfg.seeds == 0) {
    std::fputs("simulate: jobs and seeds must be above 0\n", stderr);
    return EXIT_FAILURE;
  }
  return cfg.replay > 0 ? replay(cfg) : play_all(cfg);
}
