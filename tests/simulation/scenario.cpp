#include "simulation/scenario.hpp"

#include "simulation/dice.hpp"

#include <algorithm>
#include <chrono>

namespace bearer::sim {

namespace {

using namespace std::chrono_literals;

constexpr auto year = caf::timespan{24h} * 365;

renewal_settings make_settings(dice& random) {
  auto result = renewal_settings{};
  // Standing receivers see many refusals.
  result.max_retries = random.one_of({2U, 20U, 1'000'000U, 1'000'000U});
  result.lifetime_safe_fraction = random.one_of({0.1, 0.5, 0.9, 0.99});
  result.initial_retry_timeout = random.between(1ms, 5s);
  result.max_retry_timeout
    = result.initial_retry_timeout
      * static_cast<int>(random.one_of<unsigned>({1, 3, 60}));
  result.retry_timeout_exponent = random.one_of({1.0, 1.5, 2.0, 10.0});
  result.refresh_request_timeout = random.between(5ms, 20s);
  result.retry_jitter = random.one_of({0.0, 0.1, 0.5});
  result.expiry_margin = random.one_of<caf::timespan>({0s, 1s, 10s, 1h});
  result.fetch_timeout = random.between(10ms, 5min);
  result.owns_source = !random.percent(10);
  result.seed = random.next();
  return result;
}

/// Makes the steps of one scenario, with a liking for some of them that differs
/// between scenarios, so that rare states come up in some.
class generator {
public:
  generator(dice& random, const renewal_settings& settings)
    : random_(random),
      settings_(settings),
      faults_(random.one_of<unsigned>({5, 30, 70})),
      rush_(random.one_of<unsigned>({20, 50, 80})),
      ends_(random.one_of<unsigned>({0, 0, 2, 10})),
      urgent_(random.one_of<unsigned>({5, 5, 60})),
      herds_(random.one_of<unsigned>({0, 5, 20})) {
    // nop
  }

  std::vector<step> make() {
    auto result = std::vector<step>{source()};
    const auto count = 10 + random_.below(70);
    while (result.size() < count)
      if (random_.percent(herds_))
        for (auto i = 5 + random_.below(15); i > 0; --i)
          result.push_back(fetch());
      else
        result.push_back(random_.percent(rush_) ? act() : let_time_go());
    return result;
  }

private:
  /// A span of about the length that matters to the bearer.
  caf::timespan span() {
    switch (random_.below(5)) {
      case 0:
        return settings_.initial_retry_timeout;
      case 1:
        return settings_.refresh_request_timeout;
      case 2:
        return random_.between(1ms, settings_.max_retry_timeout + 2ms);
      case 3:
        return random_.between(1ms, settings_.fetch_timeout);
      default:
        return random_.between(1ms, 2h);
    }
  }

  std::optional<caf::timespan> maybe(unsigned percent) {
    return random_.percent(percent) ? std::optional{span()} : std::nullopt;
  }

  /// As many as a receiver may have seen or not.
  std::optional<std::uint32_t> maybe_retries() {
    if (!random_.percent(20))
      return std::nullopt;
    return static_cast<std::uint32_t>(random_.below(6));
  }

  step let_time_go() {
    const auto choice = random_.next();
    switch (random_.below(12)) {
      case 0:
        return jump();
      case 1:
        return steps::drift{random_.one_of({0, 0, 100, -100, 50'000, -50'000})};
      case 2:
        return steps::stall{span(), choice};
      case 3:
      case 4:
        return steps::settle{choice};
      case 5:
        return steps::deliver{1 + random_.below(5), choice};
      default:
        return steps::pass{span(), choice};
    }
  }

  /// Of the length of a delay, or of a night.
  step jump() {
    const auto by = random_.percent(60) ? span() : random_.between(1min, 24h);
    return steps::jump{random_.percent(50) ? by : -by};
  }

  step act() {
    if (random_.percent(ends_))
      return end();
    switch (random_.below(16)) {
      case 0:
      case 1:
        return source();
      case 2:
        return steps::kill_caller{random_.below(1'000)};
      case 3:
        return steps::can_retry{random_.below(8), random_.percent(80),
                                maybe_retries()};
      case 4:
      case 5:
        return steps::reject{
          random_.one_of({which::older, which::current, which::current,
                          which::future, which::foreign, which::any}),
          random_.one_of({means::handle, means::message, means::reader})};
      case 6:
        return steps::reject_and_fetch{};
      case 7:
        return steps::request_renewal{};
      case 8:
        return random_.percent(30) ? step{steps::prefetch{}} : listen();
      case 9:
        return steps::ask_status{};
      case 10:
      case 11:
        return steps::read{};
      default:
        return fetch();
    }
  }

  step listen() {
    switch (random_.below(4)) {
      case 0:
        return steps::unsubscribe{random_.below(8)};
      case 1:
        return steps::kill_listener{random_.below(8)};
      default:
        return steps::subscribe{};
    }
  }

  step end() {
    switch (random_.below(3)) {
      case 0:
        return steps::stop{};
      case 1:
        return steps::drop_handles{};
      default:
        return steps::close{random_.percent(20) ? caf::timespan{0} : span()};
    }
  }

  deed choose_deed() {
    if (!random_.percent(faults_))
      return deed::gives_token;
    return random_.one_of({deed::gives_same_again, deed::gives_same_again,
                           deed::gives_rejected_again, deed::gives_empty,
                           deed::gives_malformed, deed::gives_expired,
                           deed::fails, deed::answers_nonsense,
                           deed::fails_for_good, deed::throws, deed::dies,
                           deed::is_dead, deed::says_nothing});
  }

  step source() {
    auto result = steps::source{};
    result.what = choose_deed();
    if (random_.percent(70))
      result.latency = random_.percent(70)
                         ? random_.between(1ms,
                                           settings_.refresh_request_timeout)
                         : span();
    if (random_.percent(80))
      result.lifetime = random_.percent(60) ? random_.between(1ms, 4h)
                                            : random_.between(1ms, 10 * year);
    result.refresh_after = maybe(20);
    result.retry_after = maybe(40);
    result.twice = random_.percent(10);
    return result;
  }

  step fetch() {
    auto result = steps::fetch{};
    result.via = random_.percent(urgent_)
                   ? route::urgent
                   : random_.one_of(
                     {route::direct, route::direct, route::direct,
                      route::only_sent, route::new_receiver,
                      route::standing_receiver, route::standing_receiver});
    result.renew_required = random_.percent(15);
    result.renew_synchronous = random_.percent(20);
    result.report_error = random_.percent(20);
    result.timeout = maybe(40);
    result.renew_request_timeout = maybe(15);
    if (random_.percent(2))
      result.timeout = caf::timespan{random_.one_of({0, -1})};
    result.newer_than
      = random_.percent(75)
          ? which::none
          : random_.one_of({which::any, which::older, which::current,
                            which::current, which::future, which::foreign});
    result.receiver = random_.below(8);
    result.max_retries = maybe_retries();
    if (random_.percent(20))
      write_down(result);
    return result;
  }

  void write_down(steps::fetch& what) {
    what.as_text = random_.one_of({wording::words, wording::digits});
    // Other fractions have no exact text.
    if (auto& limit = what.renew_request_timeout)
      limit = std::chrono::ceil<std::chrono::seconds>(*limit);
  }

  dice& random_;
  const renewal_settings& settings_;
  unsigned faults_;
  unsigned rush_;
  unsigned ends_;
  unsigned urgent_;
  unsigned herds_;
};

} // namespace

scenario make_scenario(std::uint64_t seed) {
  auto random = dice{seed};
  auto result = scenario{seed, make_settings(random), {}};
  auto& steps = result.steps;
  steps = generator{random, result.settings}.make();
  result.closable = !random.percent(10);
  // With such a source there is nothing more to see of most other things.
  if (random.percent(4))
    steps.insert(steps.begin()
                   + static_cast<std::ptrdiff_t>(random.below(steps.size())),
                 steps::kill_source{});
  return result;
}

} // namespace bearer::sim
