#pragma once

#include <bearer/attempt.hpp>
#include <bearer/remote/protocol.hpp>
#include <bearer/token.hpp>

#include <caf/expected.hpp>
#include <caf/timestamp.hpp>

#include <optional>
#include <variant>

namespace bearer::remote::detail {

/// What one attempt of a replica asks its owner, one question after another,
/// and what comes of it.
///
/// The replica knows the token to be replaced by the number that its owner gave
/// it. An owner that was restarted, or another one, numbers anew; then the
/// secret tells whether it is the same token, or one that was rejected here
/// when that owner could not be told. So nothing has to be agreed upon.
class conversation {
public:
  explicit conversation(attempt what) : attempt_(std::move(what)) {
    // nop
  }

  /// What to ask first, and what to ask when the connection is another one; its
  /// number and budget are the caller's to fill in.
  question begin();

  /// The attempt's outcome, or what to ask next.
  using step = std::variant<question, caf::expected<token>>;

  /// Goes on after an answer to the last question.
  /// @param asked The replica's wall clock when it asked: no delay makes the
  ///              token look younger.
  step go_on(const answer& what, caf::timestamp asked);

private:
  /// What the question was about.
  enum class topic {
    /// A newer token than the one to be replaced, by its old number.
    newer,
    /// Any token, because the number means nothing to this owner.
    any,
    /// A newer one than that, which turned out to be the one to be replaced, or
    /// one that servers refuse.
    renumbered,
    /// Whatever there is: nothing is newer.
    last,
  };

  question ask(topic about, const generation& newer_than, bool rejected);

  bool wants_newer() const noexcept;

  bool wants_another_than(const secret& what) const noexcept;

  bool is_rejected(const secret& what) const noexcept;

  attempt attempt_;
  topic topic_ = topic::any;
};

/// The token as the replica hands it out: it ends when the owner's word for it
/// does, on either clock, and when to look again is told by news.
token adopt(const answer& what, caf::timestamp asked);

} // namespace bearer::remote::detail
