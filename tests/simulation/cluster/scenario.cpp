#include "simulation/cluster/scenario.hpp"

#include "simulation/dice.hpp"

#include <chrono>

namespace bearer::sim::cluster {

namespace {

using namespace std::chrono_literals;

renewal_settings make_settings(dice& random) {
  auto result = renewal_settings{};
  result.lifetime_safe_fraction = random.one_of({0.5, 0.9});
  result.initial_retry_timeout = random.between(10ms, 5s);
  result.max_retry_timeout
    = result.initial_retry_timeout
      * static_cast<int>(random.one_of<unsigned>({1, 3, 20}));
  result.refresh_request_timeout = random.between(50ms, 20s);
  result.retry_jitter = random.one_of({0.0, 0.5});
  result.expiry_margin = random.one_of<caf::timespan>({0s, 1s, 10s});
  result.fetch_timeout = random.between(100ms, 5min);
  result.seed = random.next();
  return result;
}

/// Makes the steps of one scenario, with a liking for some of them that differs
/// between scenarios.
class generator {
public:
  generator(dice& random, const renewal_settings& settings)
    : random_(random),
      settings_(settings),
      faults_(random.one_of<unsigned>({0, 20, 50})),
      rush_(random.one_of<unsigned>({30, 60})),
      breaks_(random.one_of<unsigned>({0, 10, 30, 50})),
      halts_(random.one_of<unsigned>({0, 5, 20})),
      skews_(random.one_of<unsigned>({0, 0, 10, 50})),
      slow_(random.one_of<unsigned>({20, 60})),
      longest_life_(random.one_of<caf::timespan>({2s, 1min, 4h})) {
    // nop
  }

  std::vector<step> make() {
    auto result = std::vector<step>{source()};
    const auto count = 10 + random_.below(60);
    while (result.size() < count)
      if (random_.percent(halts_))
        random_.percent(70) ? halt_a_question(result) : reject_apart(result);
      else if (random_.percent(breaks_))
        result.push_back(break_something());
      else
        result.push_back(random_.percent(rush_) ? act() : let_time_go());
    return result;
  }

private:
  caf::timespan span() {
    switch (random_.below(4)) {
      case 0:
        return settings_.initial_retry_timeout;
      case 1:
        return random_.between(1ms, settings_.refresh_request_timeout);
      case 2:
        return random_.between(1ms, settings_.max_retry_timeout + 2ms);
      default:
        return random_.between(1ms, longest_life_);
    }
  }

  std::size_t node() {
    return random_.below(nodes);
  }

  std::size_t replica() {
    return 1 + random_.below(nodes - 1);
  }

  step let_time_go() {
    const auto choice = random_.next();
    if (!random_.percent(slow_))
      return steps::pass{span(), choice};
    switch (random_.below(6)) {
      case 0:
        return steps::stall{span(), choice};
      case 1:
        return steps::settle{choice};
      default:
        return steps::deliver{1 + random_.below(12), choice};
    }
  }

  /// Something happens while a question or its answer is under way.
  void halt_a_question(std::vector<step>& to) {
    auto asks = fetch();
    asks.at = replica();
    to.push_back(steps::settle{random_.next()});
    to.push_back(asks);
    to.push_back(steps::deliver{1 + random_.below(30), random_.next()});
    if (random_.percent(50))
      to.push_back(steps::skew{asks.at, skew()});
    else
      to.push_back(steps::mute{asks.at});
    to.push_back(steps::pass{span(), random_.next()});
    to.push_back(steps::mend{asks.at});
    to.push_back(steps::pass{span(), random_.next()});
    to.push_back(steps::read{asks.at});
  }

  /// An owner that is started anew hands out what was rejected where nobody
  /// could tell its predecessor.
  void reject_apart(std::vector<step>& to) {
    const auto at = replica();
    auto same = source();
    same.what = deed::gives_same_again;
    ask_and_wait(at, to);
    to.push_back(steps::cut{at});
    to.push_back(steps::reject{at});
    to.push_back(same);
    to.push_back(steps::restart{});
    ask_and_wait(0, to);
  }

  void ask_and_wait(std::size_t at, std::vector<step>& to) {
    auto asks = fetch();
    asks.at = at;
    to.push_back(asks);
    to.push_back(steps::pass{span(), random_.next()});
  }

  step break_something() {
    if (random_.percent(skews_))
      return steps::skew{node(), skew()};
    switch (random_.below(8)) {
      case 0:
        return steps::cut{replica()};
      case 1:
      case 2:
        return steps::mute{replica()};
      case 3:
        return steps::restart{};
      case 4:
        return steps::replace{replica()};
      default:
        return steps::mend{replica()};
    }
  }

  caf::timespan skew() {
    const auto by = random_.between(1ms, 2h);
    return random_.one_of<caf::timespan>({0s, by, -by});
  }

  step act() {
    switch (random_.below(8)) {
      case 0:
        return source();
      case 1:
      case 2:
        return steps::reject{node()};
      case 3:
        return steps::request_renewal{node()};
      case 4:
      case 5:
        return steps::read{node()};
      default:
        return fetch();
    }
  }

  steps::source source() {
    auto result = steps::source{};
    result.what = deed::gives_token;
    if (random_.percent(faults_))
      result.what = random_.one_of({deed::gives_same_again, deed::fails,
                                    deed::fails_for_good, deed::says_nothing});
    if (random_.percent(50))
      result.latency = span();
    if (random_.percent(80))
      result.lifetime = random_.between(100ms, longest_life_);
    return result;
  }

  steps::fetch fetch() {
    auto result = steps::fetch{};
    result.at = node();
    result.renew_required = random_.percent(20);
    result.report_error = random_.percent(20);
    result.newer = random_.percent(20);
    if (random_.percent(40))
      result.timeout = span();
    return result;
  }

  dice& random_;
  const renewal_settings& settings_;
  unsigned faults_;
  unsigned rush_;
  unsigned breaks_;
  unsigned halts_;
  unsigned skews_;

  /// How often messages are under way while other things happen.
  unsigned slow_;

  caf::timespan longest_life_;
};

} // namespace

scenario make_scenario(std::uint64_t seed) {
  auto random = dice{seed};
  auto result = scenario{seed, make_settings(random), {}, false, false};
  result.steps = generator{random, result.settings}.make();
  result.with_fallback = random.percent(40);
  auto insert = [&](const step& what) {
    const auto place = random.below(result.steps.size());
    result.steps.insert(
      result.steps.begin() + static_cast<std::ptrdiff_t>(place), what);
  };
  if (random.percent(30))
    insert(steps::stop{random.below(nodes)});
  result.with_second = random.percent(30);
  if (result.with_second)
    for (auto i = 1 + random.below(4); i > 0; --i)
      insert(steps::change_second{});
  return result;
}

} // namespace bearer::sim::cluster
