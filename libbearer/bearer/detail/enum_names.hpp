#pragma once

#include <caf/error.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

/// What every enumeration of the library needs, derived from one table of
/// names that is indexed by value. The table's size is the bound, so that a
/// new enumerator cannot be forgotten in a range check.
namespace bearer::detail {

/// Specialised by each enumeration: `static constexpr std::array values`.
template <class Enum>
struct enum_names;

template <class Enum>
constexpr bool is_valid(std::underlying_type_t<Enum> value) noexcept {
  return static_cast<std::size_t>(value) < enum_names<Enum>::values.size();
}

template <class Enum>
std::string enum_to_string(Enum value) {
  auto index = static_cast<std::underlying_type_t<Enum>>(value);
  if (!is_valid<Enum>(index))
    return "invalid(" + std::to_string(index) + ')';
  return std::string{enum_names<Enum>::values[index]};
}

template <class Enum>
bool enum_from_integer(std::underlying_type_t<Enum> value, Enum& out) noexcept {
  if (!is_valid<Enum>(value))
    return false;
  out = static_cast<Enum>(value);
  return true;
}

template <class Enum>
bool enum_from_string(std::string_view name, Enum& out) noexcept {
  const auto& names = enum_names<Enum>::values;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) {
      out = static_cast<Enum>(i);
      return true;
    }
  }
  return false;
}

/// Names in human-readable formats, range-checked integers in binary ones.
template <class Inspector, class Enum>
bool inspect_enum(Inspector& f, Enum& x) {
  using integer = std::underlying_type_t<Enum>;
  if (f.has_human_readable_format()) {
    auto get = [&x] { return enum_to_string(x); };
    auto set = [&x](const std::string& s) { return enum_from_string(s, x); };
    return f.apply(get, set);
  }
  auto get = [&x] { return static_cast<integer>(x); };
  auto set = [&x](integer value) { return enum_from_integer(value, x); };
  return f.apply(get, set);
}

} // namespace bearer::detail
