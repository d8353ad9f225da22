#pragma once

#include "support/heard_request.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What the tests' OAuth 2.0 server reads and writes: HTTP, forms, JSON.
namespace bearer::test {

/// An answer that has not been sent yet.
struct http_answer {
  /// Code and reason.
  std::string status = "200 OK";

  std::string body = {};

  /// Header fields, each with its end of line.
  std::string fields = {};
};

/// The value of a header field; empty if there is none.
std::string field_value(const heard_request& from, std::string_view name);

/// The path without a query.
std::string path_of(const heard_request& what);

/// The parameters of a form, in their order, decoded.
class form_parameters {
public:
  explicit form_parameters(std::string_view form);

  /// The first value; empty if there is none, which RFC 6749, section 3.2,
  /// calls the same as none.
  std::string get(std::string_view name) const;

  std::vector<std::string> all(std::string_view name) const;

  /// The first parameter that is there twice although it must not be (RFC 6749,
  /// section 3.2; RFC 8707, section 2); empty if there is none.
  std::string repeated() const;

private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

/// Base64 with padding (RFC 4648, section 4). Throws if the text is none.
std::string base64_decoded(std::string_view text);

/// Writes a JSON object, member by member.
class json_object {
public:
  json_object& add(std::string_view name, std::string_view value);
  json_object& add(std::string_view name, const char* value);
  json_object& add(std::string_view name, std::uint64_t value);
  json_object& add(std::string_view name, double value);
  json_object& add(std::string_view name,
                   const std::vector<std::string>& values);

  std::string text() const;

private:
  json_object& add_text(std::string_view name, std::string_view json);

  std::string members_;
};

} // namespace bearer::test
