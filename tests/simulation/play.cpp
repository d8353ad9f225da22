#include "simulation/play.hpp"

#include "simulation/delivery.hpp"
#include "simulation/dice.hpp"
#include "simulation/forms.hpp"
#include "simulation/spec/specification.hpp"
#include "simulation/text.hpp"
#include "simulation/world.hpp"

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace bearer::sim {

namespace {

using namespace std::chrono_literals;

/// One play: the world, and the specification that watches it.
class session {
public:
  session(const scenario& what, outcome& result, bool with_trace)
    : what_(what),
      result_(result),
      with_trace_(with_trace),
      spec_(settings_to_judge_by(what)),
      world_(what, [this](const observation& x) { observe(x); }) {
    // nop
  }

  ~session() {
    // The bearer's random id; that of a foreign one follows it.
    const auto id = world_.bearer_id();
    if (id == 0)
      return;
    for (const auto& [number, name] :
         {std::pair{id, "ID"}, std::pair{id + 1, "FOREIGN"}})
      hide(to_string(generation{number, 0}).substr(2), name);
  }

  session(const session&) = delete;

  session& operator=(const session&) = delete;

  void run() {
    for (const auto& next : what_.steps) {
      if (failed())
        return;
      play(next);
      ++result_.step;
    }
    heal();
    end();
  }

private:
  /// A source that cannot be closed is as one that is not ours.
  static renewal_settings settings_to_judge_by(const scenario& what) {
    auto result = what.settings;
    result.owns_source = result.owns_source && what.closable;
    return result;
  }

  void play(const step& next) {
    ++result_.reached[{spec_.state(), name_of(next)}];
    if (with_trace_)
      result_.trace += to_string(next) + '\n';
    world_.play(next);
  }

  void observe(const observation& x) {
    if (with_trace_ && is_news(x))
      result_.trace += "  " + to_string(x) + '\n';
    if (with_trace_ && shows_secret(x))
      result_.fault = {"I19", "a secret shows"};
    if (const auto* told = std::get_if<seen::told>(&x.what);
        told && told->listener == 0)
      ++result_.reached[{spec_.state(), name_of(told->what)}];
    spec_.observe(x);
  }

  /// Who looks on sees the same most of the time.
  bool is_news(const observation& x) {
    const auto* read = std::get_if<seen::was_read>(&x.what);
    if (!read || read->whose != seen::eyes::onlooker)
      return true;
    const auto now = std::pair{read->what ? read->what->generation
                                          : generation{},
                               read->renewal_required};
    return std::exchange(onlooker_saw_, now) != now;
  }

  /// I11: whatever has been, who asks gets a token within this time.
  void heal() {
    if (failed())
      return;
    play(steps::settle{0});
    world_.calm_down();
    world_.heal_source();
    auto patient = steps::fetch{};
    patient.timeout = 24h;
    play(patient);
    play(steps::pass{what_.settings.max_retry_timeout
                       + 2 * what_.settings.refresh_request_timeout,
                     0});
    play(steps::read{});
    // The first one may have been told of a permanent error.
    play(steps::fetch{});
    world_.calm_down();
    spec_.require_token();
  }

  void end() {
    if (failed())
      return;
    switch (dice{what_.seed}.below(3)) {
      case 0:
        play(steps::stop{});
        break;
      case 1:
        play(steps::close{1s});
        break;
      default:
        break;
    }
    play(steps::fetch{});
    play(steps::ask_status{});
    play(steps::pass{2s, 0});
    play(steps::ask_status{});
    world_.calm_down();
    play(steps::drop_handles{});
    world_.calm_down();
    spec_.require_all_answered();
    if (!failed())
      check_remains();
  }

  /// Nothing of a bearer outlives it.
  void check_remains() {
    const auto timers = world_.timers();
    world_.let_go();
    if (timers > 0)
      result_.fault = {"I14",
                       std::to_string(timers) + " timers outlive the bearer"};
    else if (world_.running() > 0)
      result_.fault = {"I14", std::to_string(world_.running())
                                + " actors outlive the bearer"};
  }

  /// Takes what is random out of the trace.
  void hide(const std::string& text, std::string_view name) {
    auto& trace = result_.trace;
    for (auto at = trace.find(text); at != std::string::npos;
         at = trace.find(text, at))
      trace.replace(at, text.size(), name);
  }

  bool failed() {
    if (!result_.fault)
      result_.fault = spec_.fault_found();
    return result_.fault.has_value();
  }

  const scenario& what_;
  outcome& result_;
  bool with_trace_;
  std::optional<std::pair<generation, bool>> onlooker_saw_;
  spec::specification spec_;
  world world_;
};

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
  if (!result.fault && result.trace.find(secret_mark) != std::string::npos)
    result.fault = {"I19", "a secret shows in the trace"};
  return result;
}

} // namespace bearer::sim
