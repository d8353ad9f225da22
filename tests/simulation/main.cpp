/// Plays random scenarios with a real bearer on virtual time, and judges what
/// is seen of it by a specification of its own. The same number gives the same
/// scenario and the same trace.

#include <bearer/meta_objects.hpp>

#include "support/showed_help.hpp"

#include "simulation/config.hpp"
#include "simulation/play.hpp"
#include "simulation/shrink.hpp"
#include "simulation/spec/specification.hpp"
#include "simulation/text.hpp"
#include "simulation/workers.hpp"

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace bearer::sim;

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

std::string describe(const std::optional<spec::fault>& what) {
  if (!what)
    return "no fault\n";
  return what->invariant + ": " + what->what + '\n';
}

/// How to see a scenario again.
void print_replay(const std::string& program, std::uint64_t seed,
                  const std::string& steps) {
  auto text = std::string{"again: "};
  text += program + " --replay=" + std::to_string(seed);
  if (!steps.empty())
    text += " --keep='[" + steps + "]'";
  print(text + '\n');
}

int replay(const config& cfg) {
  auto what = make_scenario(cfg.replay);
  if (!cfg.keep.empty())
    what = only(what, cfg.keep);
  const auto result = play(what, true);
  print(result.trace + describe(result.fault));
  return result.fault ? EXIT_FAILURE : EXIT_SUCCESS;
}

/// The shortest scenario with the same fault, and how to see it again.
void explain(const std::string& program, std::uint64_t seed) {
  const auto whole = make_scenario(seed);
  const auto fault = play(whole).fault;
  if (!fault) {
    print("the fault does not show again: only with others in one process\n");
    print_replay(program, seed, {});
    return;
  }
  const auto places = shrink(whole, [&](const scenario& fewer) {
    const auto result = play(fewer).fault;
    return result && result->what == fault->what;
  });
  const auto result = play(only(whole, places), true);
  print(result.trace + describe(result.fault));
  auto list = std::string{};
  for (auto place : places)
    list += (list.empty() ? "" : ",") + std::to_string(place);
  print_replay(program, seed, list);
}

/// The whole table, with what was never reached.
void print(const coverage& reached) {
  for (const auto& state : spec::specification::states()) {
    print(state + '\n');
    for (const auto& name : names()) {
      const auto found = reached.find({state, name});
      const auto count = found == reached.end() ? 0 : found->second;
      std::printf("  %-22s %12llu\n", name.c_str(),
                  static_cast<unsigned long long>(count));
    }
  }
}

int play_all(const config& cfg, const std::string& program) {
  const auto result = play_many(cfg.first, cfg.seeds, cfg.jobs);
  if (cfg.coverage)
    print(result.reached);
  if (!result.faulty) {
    print(std::to_string(result.played) + " scenarios, no fault\n");
    return EXIT_SUCCESS;
  }
  const auto seed = *result.faulty;
  print("seed " + std::to_string(seed) + ": "
        + (result.fault ? describe(result.fault) : "the process crashed\n"));
  if (!cfg.terse && result.fault)
    explain(program, seed);
  else if (!cfg.terse)
    print_replay(program, seed, {});
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
  return cfg.replay > 0 ? replay(cfg) : play_all(cfg, argv[0]);
}
