// Ten thousand receivers learn that a server refused the same token, and want
// another one from a source that takes 50 ms. How much do they add to that?

#include <bearer/source/function_source.hpp>

#include "support/compare.hpp"
#include "support/herd.hpp"
#include "support/world.hpp"

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace bearer::bench {

constexpr auto receivers = std::size_t{10'000};

/// Stands for a receiver: answers one question itself, and passes the other one
/// on.
using bare_receiver
  = caf::typed_actor<caf::result<int>(int), caf::result<int>(int, int)>;

bare_receiver::behavior_type proxy(bare_receiver::pointer self,
                                   const bare_actor& server) {
  return {
    [](int x) { return x; },
    [=](int x, int) { return detail::mail(self, x).delegate(server); },
  };
}

/// What it is compared with: the source's time, and what receivers are asked.
class bare_storm {
public:
  explicit bare_storm(std::size_t threads) : w_(threads) {
    const auto server = w_.bare();
    while (crowd_.size() < receivers)
      crowd_.emplace_back(w_.sys.spawn(proxy, server));
  }

  double run() {
    const auto start = stop_watch::now();
    std::this_thread::sleep_for(source_time);
    run_herd(w_.sys, receivers,
             [&](caf::event_based_actor* self, std::size_t i, auto next) {
               both(ask<int>(crowd_[i], 1), ask<int>(crowd_[i], 1, 1))(self,
                                                                       next);
             });
    return seconds_since(start);
  }

private:
  world w_;
  std::vector<bare_receiver> crowd_;
};

/// A bearer whose source takes its time after the first call.
struct storm {
  explicit storm(std::size_t threads) : w(threads) {
    auto settings = renewal_settings{};
    settings.initial_retry_timeout = std::chrono::milliseconds{1};
    settings.max_retries = 1'000;
    bearer = spawn(w.sys,
                   function_source(w.sys,
                                   [calls = calls] {
                                     if (++*calls > 1)
                                       std::this_thread::sleep_for(source_time);
                                     return long_lived_token(
                                       1024,
                                       static_cast<char>('a' + *calls % 26));
                                   }),
                   settings)
               .value();
    while (crowd.size() < receivers)
      crowd.push_back(bearer.receiver());
    run_herd(w.sys, receivers,
             [this](caf::event_based_actor* self, std::size_t i, auto next) {
               ask<token>(crowd[i], fetch_atom_v, fetch_options{})(self, next);
             });
    // Longer than the least time between two attempts.
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }

  double run() {
    const auto refused = caf::make_error(caf::sec::runtime_error, "401");
    return run_herd(
      w.sys, receivers,
      [&](caf::event_based_actor* self, std::size_t i, auto next) {
        both(ask<bool>(crowd[i], can_retry_atom_v, refused, fetch_options{}),
             ask<token>(crowd[i], fetch_atom_v, fetch_options{}))(self, next);
      });
  }

  std::shared_ptr<std::atomic<int>> calls
    = std::make_shared<std::atomic<int>>(0);
  world w;
  handle bearer;
  std::vector<receiver_actor> crowd;
};

double run_storm(std::size_t threads) {
  storm s{threads};
  const auto result = s.run();
  if (*s.calls != 2)
    throw std::runtime_error("not exactly one call of the source");
  return result;
}

/// Compared with the source's time and as many bare receivers.
void rejection_storm(benchmark::State& state) {
  const auto threads = static_cast<std::size_t>(state.range(0));
  bare_storm bare{threads};
  compare(
    state, [&] { return run_storm(threads); }, [&] { return bare.run(); });
}

BENCHMARK(rejection_storm)
  ->UseManualTime()
  ->Iterations(3)
  ->ArgName("workers")
  ->Arg(1)
  ->Arg(2);

} // namespace bearer::bench
