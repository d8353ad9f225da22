#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace bearer::sim::spec {

/// Something that must not happen and did.
struct fault {
  /// The invariant of the design that it violates.
  std::string invariant;
  std::string what;
};

/// Where rules report. The first fault counts; what follows from it does not.
class faults {
public:
  void add(std::string_view invariant, std::string what) {
    if (!first_)
      first_ = fault{std::string{invariant}, std::move(what)};
  }

  /// Reports unless `holds`.
  void require(bool holds, std::string_view invariant, std::string_view what) {
    if (!holds)
      add(invariant, std::string{what});
  }

  const std::optional<fault>& first() const noexcept {
    return first_;
  }

private:
  std::optional<fault> first_;
};

} // namespace bearer::sim::spec
