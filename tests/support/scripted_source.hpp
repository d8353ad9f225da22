#pragma once

#include <bearer/any_source.hpp>
#include <bearer/attempt.hpp>
#include <bearer/token.hpp>

#include <caf/actor_system.hpp>
#include <caf/expected.hpp>
#include <caf/timespan.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace bearer::test {

/// A source that answers as the test says and remembers how it was called. Its
/// actor ends with it.
class scripted_source {
public:
  /// One call of the source.
  struct call {
    /// Time on the actor clock.
    caf::timespan at;
    attempt what;
  };

  /// An answer; none leaves the call open for `answer`.
  using reply = std::optional<caf::expected<token>>;

  /// Decides the answer to a call.
  using script = std::function<reply(const attempt&)>;

  /// Spawns the source; it leaves calls open until told otherwise.
  explicit scripted_source(caf::actor_system& sys);

  scripted_source(const scripted_source&) = delete;

  scripted_source& operator=(const scripted_source&) = delete;

  ~scripted_source();

  /// The source to spawn a bearer with. Closable, and counts closings.
  any_source actor() const;

  /// From now on answers by `fn`.
  void replies(script fn);

  /// From now on answers at once with this.
  void replies_with(caf::expected<token> answer);

  /// From now on leaves calls open.
  void stays_silent();

  /// Delays answers of scripts by this time on the actor clock.
  void takes(caf::timespan latency);

  /// Answers the call with this index (from 0), now; also again.
  void answer(std::size_t index, caf::expected<token> with);

  const std::vector<call>& calls() const;

  /// The times of all calls since the first one.
  std::vector<caf::timespan> call_times() const;

  /// Graces of all closings so far.
  const std::vector<caf::timespan>& closings() const;

  /// From now on leaves closings without an answer.
  void never_closes();

  /// Ends the source's actor, as a crash would.
  void kill();

  struct state;

private:
  std::shared_ptr<state> state_;
  closable_token_source actor_;
};

/// A token that expires `lifetime` after `now`.
token make_token(std::string_view secret, caf::timestamp now,
                 caf::timespan lifetime);

/// A token that does not expire.
token make_token(std::string_view secret);

} // namespace bearer::test
