#pragma once

#include <bearer/event.hpp>
#include <bearer/generation.hpp>

#include <caf/timespan.hpp>
#include <caf/timestamp.hpp>

#include <optional>
#include <string>

namespace example {

/// The last line of a terminal. Does nothing if the standard output is none.
class progress_bar {
public:
  /// @param total What it leads to. If that is zero, then only the time passes.
  progress_bar(caf::timestamp start, caf::timespan total);

  bool visible() const noexcept {
    return visible_;
  }

  /// Makes room for a line of text.
  void hide() const;

  void draw() const;

  /// Takes from the event what stands beside the bar.
  void note(const bearer::event& what);

private:
  std::string bar(caf::timespan passed) const;

  caf::timestamp start_;
  caf::timespan total_;
  bool visible_;

  /// The token that is handed out now.
  std::optional<bearer::generation> current_;
};

} // namespace example
