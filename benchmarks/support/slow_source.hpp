#pragma once

#include "support/herd.hpp"
#include "support/world.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <queue>
#include <stdexcept>
#include <string>
#include <utility>

namespace bearer::bench {

/// Of a bearer that may ask its source again as soon as it has an answer.
inline renewal_settings eager() {
  auto result = renewal_settings{};
  result.initial_retry_timeout = std::chrono::milliseconds{1};
  return result;
}

using call_counter = std::atomic<std::uint64_t>;

/// Answers each call on its own, however many come at once, with a token that
/// differs from the last.
class slow_source_state {
public:
  slow_source_state(token_source::pointer self,
                    std::shared_ptr<call_counter> calls)
    : self_(self), calls_(std::move(calls)) {
    // nop
  }

  token_source::behavior_type make_behavior() {
    return {[this](fetch_atom, const attempt&) -> caf::result<token> {
      ++*calls_;
      open_.push(self_->make_response_promise<token>());
      detail::schedule(self_, stop_watch::now() + source_time,
                       [this] { answer_first(); });
      return open_.back();
    }};
  }

private:
  void answer_first() {
    letter_ = letter_ == 'a' ? 'b' : 'a';
    open_.front().deliver(long_lived_token(1024, letter_));
    open_.pop();
  }

  token_source::pointer self_;
  std::shared_ptr<call_counter> calls_;
  std::queue<caf::typed_response_promise<token>> open_;
  char letter_ = 'b';
};

/// A source that takes its time, and counts all it is asked.
class slow_source {
public:
  explicit slow_source(caf::actor_system& sys)
    // On a thread of its own, so that no worker's queue adds to its time.
    : source_(sys.spawn<impl, caf::detached>(calls_)) {
    // nop
  }

  slow_source(const slow_source&) = delete;
  slow_source& operator=(const slow_source&) = delete;

  ~slow_source() {
    caf::anon_send_exit(source_, caf::exit_reason::user_shutdown);
  }

  any_source get() const {
    return any_source{source_};
  }

  /// Throws unless it was called this often, by its own count and by the
  /// bearer's, and the next call is that of the schedule.
  void expect_calls(const handle& bearer, std::uint64_t count) const {
    const auto known = bearer.status();
    if (*calls_ != count || known.attempts != count)
      throw std::runtime_error("calls of the source: " + std::to_string(count)
                               + " expected, " + std::to_string(*calls_)
                               + " came, the bearer says "
                               + std::to_string(known.attempts));
    if (!known.next_attempt_in
        || *known.next_attempt_in < std::chrono::minutes{1})
      throw std::runtime_error("the source is called once more");
  }

private:
  using impl = caf::stateful_actor<slow_source_state, token_source::impl>;

  std::shared_ptr<call_counter> calls_ = std::make_shared<call_counter>(0);
  token_source source_;
};

} // namespace bearer::bench
