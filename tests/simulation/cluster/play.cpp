#include "simulation/cluster/play.hpp"

#include "simulation/cluster/specification.hpp"
#include "simulation/cluster/world.hpp"
#include "simulation/delivery.hpp"
#include "simulation/dice.hpp"
#include "simulation/forms.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <map>
#include <string>

namespace bearer::sim::cluster {

namespace {

using namespace std::chrono_literals;

/// One play: the world, and the specification that watches it.
class session {
public:
  session(const scenario& what, outcome& result, bool with_trace)
    : what_(what),
      result_(result),
      with_trace_(with_trace),
      spec_(what.settings, what.several_sources()),
      world_(what, [this](std::size_t node, const observation& x) {
        observe(node, x);
      }) {
    // nop
  }

  void run() {
    if (with_trace_ && what_.with_fallback)
      result_.trace += "with fallbacks\n";
    if (with_trace_ && what_.with_second)
      result_.trace += "with a second owner\n";
    for (const auto& next : what_.steps) {
      if (failed())
        return;
      play(next);
      ++result_.step;
    }
    heal();
    shorten_life();
    spread_rejection();
    change_owner();
    end();
  }

private:
  void play(const step& next) {
    ++result_.reached[{"", name_of(next)}];
    if (with_trace_)
      result_.trace += to_string(next) + '\n';
    world_.play(next);
  }

  void observe(std::size_t node, const observation& x) {
    if (with_trace_)
      result_.trace += "  node " + std::to_string(node) + ' ' + to_string(x)
                       + '\n';
    if (with_trace_ && shows_secret(x))
      result_.fault = {"I19", "a secret shows"};
    spec_.observe(node, x);
  }

  /// For all backoffs and attempts of a replica, and of its owner after it.
  void wait_long_enough() {
    const auto& x = what_.settings;
    const auto end
      = world_.elapsed()
        + 3 * (x.max_retry_timeout + 2 * x.refresh_request_timeout);
    // A pass ends early if much happens.
    while (world_.elapsed() < end && !failed())
      play(steps::pass{end - world_.elapsed(), 0});
  }

  void look_at_all() {
    for (auto i = std::size_t{0}; i < nodes; ++i)
      play(steps::read{i});
  }

  void agree() {
    look_at_all();
    if (spec_.is_agreed())
      return;
    // A renewal a moment ago need not be known everywhere. After it there is
    // none for long, because the source gives tokens without an end.
    wait_long_enough();
    look_at_all();
  }

  /// Whatever has been, who asks gets a token, and all get the same (I11).
  void heal() {
    if (failed())
      return;
    play(steps::settle{0});
    world_.heal();
    world_.calm_down();
    auto patient = steps::fetch{};
    patient.timeout = 24h;
    for (auto round = 0; round < 3; ++round) {
      for (patient.at = 0; patient.at < nodes; ++patient.at)
        play(patient);
      wait_long_enough();
      if (round == 0) {
        spec_.require_answers();
        agree();
        spec_.require_early_agreement();
      }
      // For a token without an end: one that a replica got while its clock was
      // ahead ends there before it does at the owner. Twice, because the first
      // may join an attempt under way.
      play(steps::request_renewal{0});
    }
    wait_long_enough();
    look_at_all();
    spec_.require_agreement();
    spec_.require_rest();
  }

  /// What is to end sooner than was said does so everywhere (I2).
  void shorten_life() {
    if (failed())
      return;
    auto shorter = steps::source{};
    shorter.what = deed::gives_same_again;
    shorter.lifetime = 24h;
    play(shorter);
    play(steps::request_renewal{0});
    wait_long_enough();
    look_at_all();
    spec_.require_agreement();
    spec_.require_latest_end();
    world_.heal();
  }

  /// What one node rejects no node has for long (I4).
  void spread_rejection() {
    if (failed())
      return;
    const auto at = dice{what_.seed}.below(nodes);
    const auto secret = spec_.seen_at(at);
    play(steps::reject{at});
    wait_long_enough();
    look_at_all();
    spec_.require_gone(secret);
    spec_.require_agreement();
  }

  /// Who has lost its owner finds the other one (I11).
  void change_owner() {
    if (failed() || !what_.with_second)
      return;
    world_.lose_first_owner(dice{what_.seed}.percent(50));
    auto another = steps::fetch{};
    another.renew_required = true;
    another.timeout = 24h;
    for (another.at = 1; another.at < nodes; ++another.at)
      play(another);
    wait_long_enough();
    look_at_all();
    spec_.require_change_of_owner();
  }

  void end() {
    if (failed())
      return;
    world_.let_go();
    spec_.require_all_answered();
    if (failed())
      return;
    if (world_.timers() > 0)
      result_.fault = {"I14", std::to_string(world_.timers())
                                + " timers outlive the cluster"};
    else if (world_.running() > 0)
      result_.fault = {"I14", std::to_string(world_.running())
                                + " actors outlive the cluster"};
  }

  bool failed() {
    if (!result_.fault)
      result_.fault = spec_.fault_found();
    return result_.fault.has_value();
  }

  const scenario& what_;
  outcome& result_;
  bool with_trace_;
  specification spec_;
  world world_;
};

/// Numbers the bearers by their appearance, whose own numbers are random.
std::string without_ids(const std::string& trace) {
  auto result = std::string{};
  auto names = std::map<std::string, std::string>{};
  auto begin = std::size_t{0};
  for (auto at = trace.find('@'); at != std::string::npos;
       at = trace.find('@', begin)) {
    result += trace.substr(begin, at + 1 - begin);
    begin = trace.find_first_not_of("0123456789abcdef", at + 1);
    const auto id = trace.substr(at + 1, begin - at - 1);
    result += names.try_emplace(id, std::to_string(names.size())).first->second;
  }
  return result + trace.substr(std::min(begin, trace.size()));
}

} // namespace

outcome play(const scenario& what, bool with_trace) {
  auto result = outcome{};
  try {
    session{what, result, with_trace}.run();
  } catch (const never_calm& err) {
    result.fault = {"I8", err.what()};
  } catch (const std::exception& err) {
    result.fault = {"none", err.what()};
  }
  result.trace = without_ids(result.trace);
  if (!result.fault && result.trace.find(secret_mark) != std::string::npos)
    result.fault = {"I19", "a secret shows in the trace"};
  return result;
}

} // namespace bearer::sim::cluster
