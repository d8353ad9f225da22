#include "text.hpp"

#include <array>
#include <cstdio>

namespace example {

namespace {

std::string print(const char* format, double value) {
  auto buffer = std::array<char, 32>{};
  std::snprintf(buffer.data(), buffer.size(), format, value);
  return buffer.data();
}

} // namespace

std::string duration_text(caf::timespan what) {
  auto value = static_cast<double>(what.count());
  const char* unit = " ns";
  for (const auto* larger : {" us", " ms", " s"}) {
    // What would be rounded to 1000.
    if (value < 999.5)
      break;
    value /= 1'000;
    unit = larger;
  }
  return print(value < 9.995   ? "%.2f"
               : value < 99.95 ? "%.1f"
                               : "%.0f",
               value)
         + unit;
}

std::string seconds_text(caf::timespan what) {
  return print("%7.3f s", static_cast<double>(what.count()) / 1e9);
}

std::string number_text(std::uint64_t what) {
  auto result = std::to_string(what);
  for (auto i = result.size(); i > 3; i -= 3)
    result.insert(i - 3, 1, ',');
  return result;
}

} // namespace example
