#pragma once

#include <bearer/detail/caf_compat.hpp>

#include <caf/error.hpp>
#include <caf/event_based_actor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <future>
#include <iostream>
#include <memory>
#include <utility>

/// Runs requests inside actors and takes the time.
namespace bearer::bench {

using stop_watch = std::chrono::steady_clock;

inline double seconds_since(stop_watch::time_point start) {
  return std::chrono::duration<double>(stop_watch::now() - start).count();
}

/// A benchmark whose requests fail measures nothing.
[[noreturn]] inline void fail(const caf::error& err) {
  std::cerr << "a request failed: " << to_string(err) << '\n';
  std::abort();
}

/// Makes `count` rounds one after the other; in each, `round(self, next)` sends
/// a request and calls `next` with the answer.
template <class Round>
class sequence {
public:
  sequence(caf::event_based_actor* self, std::size_t count, Round round,
           std::promise<void>& done)
    : self_(self), left_(count), round_(std::move(round)), done_(done) {
    // nop
  }

  void next() {
    if (left_ == 0) {
      done_.set_value();
      return;
    }
    --left_;
    round_(self_, [this] { next(); });
  }

private:
  caf::event_based_actor* self_;
  std::size_t left_;
  Round round_;
  std::promise<void>& done_;
};

/// Runs such a sequence in an actor of its own.
/// @returns the seconds that it took.
template <class Round>
double run_sequence(caf::actor_system& sys, std::size_t count, Round round) {
  auto done = std::promise<void>{};
  auto end = done.get_future();
  const auto start = stop_watch::now();
  sys.spawn([&, round](caf::event_based_actor* self) {
    auto rounds = std::make_shared<sequence<Round>>(self, count, round, done);
    self->attach_functor([rounds] { /* keeps it while the actor lives */ });
    rounds->next();
  });
  end.wait();
  return seconds_since(start);
}

/// What makes such a sequence each time it is called.
/// @returns the seconds of one round.
template <class Round>
auto rounds_of(caf::actor_system& sys, std::size_t count, Round round) {
  return [&sys, count, round] {
    return run_sequence(sys, count, round) / static_cast<double>(count);
  };
}

// -- rounds -------------------------------------------------------------------

/// One request, and on with the answer.
/// @tparam Answer what comes back.
template <class Answer, class Handle, class... Ts>
auto ask(const Handle& to, Ts... xs) {
  return [=](caf::event_based_actor* self, auto next) {
    detail::mail(self, xs...)
      .request(to, caf::infinite)
      .then([next](const Answer&) { next(); }, fail);
  };
}

/// Two rounds as one.
template <class First, class Second>
auto both(First first, Second second) {
  return [=](caf::event_based_actor* self, auto next) {
    first(self, [=] { second(self, next); });
  };
}

} // namespace bearer::bench
