#pragma once

#include <bearer/renewal_settings.hpp>

#include "simulation/observation.hpp"
#include "simulation/spec/faults.hpp"
#include "simulation/spec/record.hpp"
#include "simulation/spec/suppression.hpp"
#include "simulation/spec/timeline.hpp"

#include <optional>
#include <string>
#include <vector>

namespace bearer::sim::spec {

/// Judges everything that is seen of a bearer by what the design says. It has
/// its own idea of what must happen and shares no code with the library but the
/// values that are sent about.
class specification {
public:
  explicit specification(const renewal_settings& settings)
    : settings_(settings), line_(settings_) {
    // nop
  }

  specification(const specification&) = delete;

  specification& operator=(const specification&) = delete;

  void observe(const observation& x);

  /// Demands that one of the last two fetches got a token.
  void require_token();

  /// Demands that every fetch was answered.
  void require_all_answered();

  /// The first fault that was found.
  const std::optional<fault>& fault_found() const {
    return faults_.first();
  }

  /// What the bearer was doing at the last calm, for the coverage.
  std::string state() const;

  /// All states that there can be a name for.
  static std::vector<std::string> states();

private:
  void judge(const moment& now);

  void note_arrivals(const moment& now, const publication* had);

  void note_wait(fetch& x, bool ended_now) const;

  void close_books(const moment& now);

  const renewal_settings settings_;
  record all_;
  timeline line_;
  suppression suppression_;
  faults faults_;
};

} // namespace bearer::sim::spec
