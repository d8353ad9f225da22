#include "verdict.hpp"

#include "text.hpp"

#include <cstdio>

namespace example {

void row(std::string_view label, const std::string& value) {
  std::printf("  %-26.*s%12s\n", static_cast<int>(label.size()), label.data(),
              value.c_str());
}

void row(std::string_view label, std::uint64_t value) {
  row(label, number_text(value));
}

void verdict::expect(bool holds, const std::string& otherwise) {
  if (holds)
    return;
  good_ = false;
  std::printf("  WRONG: %s\n", otherwise.c_str());
}

void verdict::expect_equal(std::string_view what, std::uint64_t here,
                           std::uint64_t there) {
  expect(here == there, std::string{what} + ": " + number_text(here)
                          + " against " + number_text(there));
}

} // namespace example
