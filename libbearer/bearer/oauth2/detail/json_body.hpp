#pragma once

#include <bearer/secret.hpp>
#include <bearer/source/detail/json_members.hpp>
#include <bearer/source/detail/wiped_buffer.hpp>

#include <initializer_list>
#include <string>

namespace bearer::detail {

/// The body of an answer, for parsing in place. The members that were found are
/// valid as long as this is.
class json_body {
public:
  explicit json_body(const secret& text);

  /// Reads the members of the object; once.
  /// @returns what is wrong, without content; empty if nothing.
  std::string parse(std::initializer_list<wanted_member> wanted);

private:
  wiped_buffer text_;
};

} // namespace bearer::detail
