#include "json_object.hpp"

#include <array>
#include <cstdio>

namespace example {

json_object& json_object::add(std::string_view name, std::uint64_t value) {
  return add_text(name, std::to_string(value));
}

json_object& json_object::add(std::string_view name,
                              std::chrono::nanoseconds value) {
  auto text = std::array<char, 32>{};
  std::snprintf(text.data(), text.size(), "%.1f",
                static_cast<double>(value.count()) / 1e3);
  return add_text(name, text.data());
}

json_object& json_object::add_text(std::string_view name,
                                   const std::string& value) {
  if (!members_.empty())
    members_ += ',';
  members_.append(1, '"').append(name).append("\":").append(value);
  return *this;
}

} // namespace example
