// Ten thousand receivers learn that a server refused the same token. The source
// takes 50 ms for another one. How much do they add to that, if they reject it
// until there is another one, and if all of them want that as well?

#include "support/compare.hpp"
#include "support/herd.hpp"
#include "support/slow_source.hpp"
#include "support/world.hpp"

#include <cstddef>
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

  /// Each is asked once.
  double rejections() {
    return run([this](caf::event_based_actor* self, std::size_t i, auto next) {
      ask<int>(crowd_[i], 1)(self, next);
    });
  }

  /// Each is asked twice.
  double retries() {
    return run([this](caf::event_based_actor* self, std::size_t i, auto next) {
      both(ask<int>(crowd_[i], 1), ask<int>(crowd_[i], 1, 1))(self, next);
    });
  }

private:
  template <class Round>
  double run(Round round) {
    const auto start = stop_watch::now();
    std::this_thread::sleep_for(source_time);
    run_herd(w_.sys, receivers, round);
    return seconds_since(start);
  }

  world w_;
  std::vector<bare_receiver> crowd_;
};

/// Receivers of one bearer that have its first token.
class storm {
public:
  explicit storm(std::size_t threads)
    : w_(threads),
      source_(w_.sys),
      bearer_(spawn(w_.sys, source_.get(), eager()).value()) {
    while (crowd_.size() < receivers)
      crowd_.push_back(bearer_.receiver());
    run_herd(w_.sys, receivers,
             [this](caf::event_based_actor* self, std::size_t i, auto next) {
               fetch(i)(self, next);
             });
  }

  /// All reject the token, and then there is another one.
  double rejections() {
    const auto start = stop_watch::now();
    run_herd(w_.sys, receivers,
             [this](caf::event_based_actor* self, std::size_t i, auto next) {
               reject(i)(self, next);
             });
    if (auto tok = bearer_.fetch(); !tok)
      fail(tok.error());
    return checked(seconds_since(start));
  }

  /// All reject the token and fetch another one.
  double retries() {
    return checked(
      run_herd(w_.sys, receivers,
               [this](caf::event_based_actor* self, std::size_t i, auto next) {
                 both(reject(i), fetch(i))(self, next);
               }));
  }

private:
  auto fetch(std::size_t i) const {
    return ask<token>(crowd_[i], fetch_atom_v, fetch_options{});
  }

  auto reject(std::size_t i) const {
    static const auto refused = caf::make_error(caf::sec::runtime_error, "401");
    return ask<bool>(crowd_[i], can_retry_atom_v, refused, fetch_options{});
  }

  double checked(double seconds) const {
    source_.expect_calls(bearer_, 2);
    return seconds;
  }

  world w_;
  slow_source source_;
  handle bearer_;
  std::vector<receiver_actor> crowd_;
};

/// Compared with the source's time and as many bare round trips.
void rejections(benchmark::State& state) {
  const auto threads = static_cast<std::size_t>(state.range(0));
  bare_storm bare{threads};
  compare(
    state, [&] { return storm{threads}.rejections(); },
    [&] { return bare.rejections(); });
}

/// Compared with the source's time and as many bare receivers.
void retries(benchmark::State& state) {
  const auto threads = static_cast<std::size_t>(state.range(0));
  bare_storm bare{threads};
  compare(
    state, [&] { return storm{threads}.retries(); },
    [&] { return bare.retries(); });
}

void storms(benchmark::internal::Benchmark* b) {
  b->UseManualTime()->Iterations(3)->ArgName("workers")->Arg(1)->Arg(2);
}

BENCHMARK(rejections)->Apply(storms);
BENCHMARK(retries)->Apply(storms);

} // namespace bearer::bench
