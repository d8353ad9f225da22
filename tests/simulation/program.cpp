#include "simulation/program.hpp"

#include <bearer/meta_objects.hpp>

#include "support/showed_help.hpp"

#include "simulation/config.hpp"
#include "simulation/shrink.hpp"
#include "simulation/workers.hpp"

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

namespace bearer::sim {

namespace {

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

std::string describe(const std::optional<spec::fault>& what) {
  if (!what)
    return "no fault\n";
  return what->invariant + ": " + what->what + '\n';
}

std::string what_happened(const harvest& of) {
  if (of.fault)
    return describe(of.fault);
  return of.endless ? "it does not come to an end\n" : "the process crashed\n";
}

std::string list(const places& what) {
  auto result = std::string{};
  for (auto place : what)
    result += (result.empty() ? "" : ",") + std::to_string(place);
  return '[' + result + ']';
}

/// How to see a scenario again, with all its steps or some.
void print_replay(const std::string& program, std::uint64_t seed,
                  const std::optional<places>& kept = {}) {
  auto text = std::string{"again: "};
  text += program + " --replay=" + std::to_string(seed);
  if (kept)
    text += " --keep='" + list(*kept) + '\'';
  print(text + '\n');
}

int replay(const game& what, const config& cfg) {
  // None at all may be kept.
  const auto result = content(cfg).contains("keep")
                        ? what.play(cfg.replay, cfg.keep, true)
                        : what.play_all(cfg.replay, true);
  print(result.trace + describe(result.fault));
  return result.fault ? EXIT_FAILURE : EXIT_SUCCESS;
}

/// The shortest scenario with the same fault, and how to see it again. All with
/// traces, because some secrets show in those only.
void explain(const game& what, const std::string& program, std::uint64_t seed) {
  const auto fault = what.play_all(seed, true).fault;
  if (!fault) {
    print("the fault does not show again: only with others in one process\n");
    print_replay(program, seed);
    return;
  }
  const auto kept = shrink(what.length(seed), [&](const places& fewer) {
    const auto result = what.play(seed, fewer, true).fault;
    return result && result->what == fault->what;
  });
  const auto result = what.play(seed, kept, true);
  print(result.trace + describe(result.fault));
  print_replay(program, seed, kept);
}

/// The whole table, with what was never reached.
void print(const game& what, const coverage& reached) {
  for (const auto& state : what.states) {
    print(state + '\n');
    for (const auto& name : what.names) {
      const auto found = reached.find({state, name});
      const auto count = found == reached.end() ? 0 : found->second;
      std::printf("  %-22s %12llu\n", name.c_str(),
                  static_cast<unsigned long long>(count));
    }
  }
}

int play_all(const game& what, const config& cfg, const std::string& program) {
  const auto result = play_many(what, cfg.first, cfg.seeds, cfg.jobs);
  if (cfg.coverage)
    print(what, result.reached);
  if (!result.faulty) {
    print(std::to_string(result.played) + " scenarios, no fault\n");
    return EXIT_SUCCESS;
  }
  const auto seed = *result.faulty;
  print("seed " + std::to_string(seed) + ": " + what_happened(result));
  if (!cfg.terse && result.fault)
    explain(what, program, seed);
  else if (!cfg.terse)
    print_replay(program, seed);
  return EXIT_FAILURE;
}

} // namespace

int run_program(int argc, char** argv, const game& what) {
  init_global_meta_objects();
  auto cfg = config{};
  if (const auto err = cfg.parse(argc, argv)) {
    std::fprintf(stderr, "%s: %s\n", argv[0], to_string(err).c_str());
    return EXIT_FAILURE;
  }
  if (test::showed_help(cfg))
    return EXIT_SUCCESS;
  if (cfg.jobs == 0 || cfg.seeds == 0) {
    std::fprintf(stderr, "%s: jobs and seeds must be above 0\n", argv[0]);
    return EXIT_FAILURE;
  }
  return cfg.replay > 0 ? replay(what, cfg) : play_all(what, cfg, argv[0]);
}

} // namespace bearer::sim
