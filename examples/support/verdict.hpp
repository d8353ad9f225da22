#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// The end of a demo, for people.
namespace example {

/// Prints a line of a table.
void row(std::string_view label, const std::string& value);

/// @copydoc row
void row(std::string_view label, std::uint64_t value);

/// Says what should have been otherwise.
class verdict {
public:
  void expect(bool holds, const std::string& otherwise);

  void expect_equal(std::string_view what, std::uint64_t here,
                    std::uint64_t there);

  bool good() const noexcept {
    return good_;
  }

private:
  bool good_ = true;
};

} // namespace example
