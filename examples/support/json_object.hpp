#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace example {

/// Writes a JSON object whose members are numbers, on one line.
class json_object {
public:
  json_object& add(std::string_view name, std::uint64_t value);

  /// Microseconds, with one digit behind the point.
  json_object& add(std::string_view name, std::chrono::nanoseconds value);

  std::string text() const {
    return '{' + members_ + '}';
  }

private:
  json_object& add_text(std::string_view name, const std::string& value);

  std::string members_;
};

} // namespace example
