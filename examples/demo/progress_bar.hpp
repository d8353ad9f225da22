#pragma once

#include <bearer/event.hpp>
#include <bearer/generation.hpp>

#include <caf/timestamp.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace demo {

/// The last line of a terminal. Does nothing if the standard output is none.
class progress_bar {
public:
  progress_bar(caf::timestamp start, std::chrono::seconds total);

  bool visible() const noexcept {
    return visible_;
  }

  /// Makes room for a line of text.
  void hide() const;

  void draw() const;

  /// Takes from the event what stands beside the bar.
  void note(const bearer::event& what);

private:
  caf::timestamp start_;
  std::chrono::seconds total_;
  bool visible_;

  /// The token that is handed out now.
  std::optional<bearer::generation> current_;
};

} // namespace demo
