#pragma once

#include <bearer/actors.hpp>

namespace bearer {

/// A token source of either kind, as a bearer takes it. Copies name the same
/// actor and keep it running; what holds for a CAF handle holds for them.
class any_source {
public:
  /// Constructs an invalid source, which no bearer takes.
  any_source() = default;

  /// Wraps a source that needs no closing.
  any_source(token_source hdl) : fetcher_(std::move(hdl)) {
    // nop
  }

  /// Wraps a source that is told when it ends.
  any_source(closable_token_source hdl) : fetcher_(hdl), closer_(hdl) {
    // nop
  }

  /// The actor that is asked for tokens.
  const token_source& fetcher() const noexcept {
    return fetcher_;
  }

  /// The same actor if it can be closed, else an invalid handle.
  const closable_token_source& closer() const noexcept {
    return closer_;
  }

  /// Whether there is an actor to ask.
  explicit operator bool() const noexcept {
    return static_cast<bool>(fetcher_);
  }

private:
  token_source fetcher_;
  closable_token_source closer_;
};

} // namespace bearer
