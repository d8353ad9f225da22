#pragma once

#include <bearer/secret.hpp>
#include <bearer/source/detail/wiped_buffer.hpp>

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace bearer::detail {

/// The length of a text after form-encoding.
std::size_t form_encoded_size(std::string_view text) noexcept;

/// Appends a text, form-encoded (RFC 6749, appendix B); there must be room.
void append_form_encoded(wiped_buffer& to, std::string_view text) noexcept;

/// Appends a text as it is; there must be room.
void append(wiped_buffer& to, std::string_view text) noexcept;

/// The body of a request in `application/x-www-form-urlencoded`. Leaves no copy
/// of a value behind.
class form {
public:
  /// Adds a parameter; its name must outlive the form.
  void add(std::string_view name, secret value) {
    parameters_.emplace_back(name, std::move(value));
  }

  /// Adds a parameter whose value is no secret.
  void add(std::string_view name, std::string_view value) {
    add(name, secret{value});
  }

  secret encoded() const;

private:
  std::vector<std::pair<std::string_view, secret>> parameters_;
};

} // namespace bearer::detail
