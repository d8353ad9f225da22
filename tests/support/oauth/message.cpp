#include "support/oauth/message.hpp"

#include "support/signing_keys.hpp"

#include <openssl/evp.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <set>
#include <stdexcept>

#include <strings.h>

namespace bearer::test {

namespace {

/// Calls `write` with a writer of JSON.
template <class F>
std::string json_text(F write) {
  auto buffer = rapidjson::StringBuffer{};
  auto writer = rapidjson::Writer{buffer};
  write(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

std::string quoted(std::string_view text) {
  return json_text([text](auto& to) {
    to.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  });
}

bool same_name(std::string_view lhs, std::string_view rhs) {
  return lhs.size() == rhs.size()
         && ::strncasecmp(lhs.data(), rhs.data(), lhs.size()) == 0;
}

} // namespace

std::string field_value(const heard_request& from, std::string_view name) {
  auto rest = std::string_view{from.header};
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(std::min(line.size() + 2, rest.size()));
    const auto colon = line.find(':');
    if (colon == std::string_view::npos
        || !same_name(line.substr(0, colon), name))
      continue;
    const auto value = line.find_first_not_of(' ', colon + 1);
    return value == std::string_view::npos ? std::string{}
                                           : std::string{line.substr(value)};
  }
  return {};
}

std::string path_of(const heard_request& what) {
  const auto start = what.line.find(' ') + 1;
  return what.line.substr(start, what.line.find_first_of(" ?", start) - start);
}

// -- forms --------------------------------------------------------------------

form_parameters::form_parameters(std::string_view form) {
  while (!form.empty()) {
    const auto pair = form.substr(0, form.find('&'));
    form.remove_prefix(std::min(pair.size() + 1, form.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    pairs_.emplace_back(form_decoded(pair.substr(0, equals)),
                        form_decoded(
                          pair.substr(std::min(equals + 1, pair.size()))));
  }
}

std::string form_parameters::get(std::string_view name) const {
  const auto values = all(name);
  return values.empty() ? std::string{} : values.front();
}

std::vector<std::string> form_parameters::all(std::string_view name) const {
  auto result = std::vector<std::string>{};
  for (const auto& [key, value] : pairs_)
    if (key == name)
      result.push_back(value);
  return result;
}

std::string form_parameters::repeated() const {
  auto seen = std::set<std::string>{"resource", "audience"};
  for (const auto& [name, value] : pairs_)
    if (name != "resource" && name != "audience" && !seen.insert(name).second)
      return name;
  return {};
}

std::string base64_decoded(std::string_view text) {
  auto result = std::string(text.size() / 4 * 3, '\0');
  const auto size
    = text.size() % 4 != 0
        ? -1
        : EVP_DecodeBlock(reinterpret_cast<unsigned char*>(result.data()),
                          reinterpret_cast<const unsigned char*>(text.data()),
                          static_cast<int>(text.size()));
  if (size < 0)
    throw std::runtime_error("no base64");
  // OpenSSL decodes padding to NUL bytes.
  const auto padding = text.size()
                       - std::min(text.find_last_not_of('=') + 1, text.size());
  result.resize(static_cast<std::size_t>(size)
                - std::min<std::size_t>(padding, 2));
  return result;
}

// -- JSON ---------------------------------------------------------------------

json_object& json_object::add(std::string_view name, std::string_view value) {
  return add_text(name, quoted(value));
}

json_object& json_object::add(std::string_view name, const char* value) {
  return add(name, std::string_view{value});
}

json_object& json_object::add(std::string_view name, std::uint64_t value) {
  return add_text(name, std::to_string(value));
}

json_object& json_object::add(std::string_view name, double value) {
  return add_text(name, json_text([value](auto& to) { to.Double(value); }));
}

json_object& json_object::add(std::string_view name,
                              const std::vector<std::string>& values) {
  auto json = std::string{};
  for (const auto& x : values)
    json.append(json.empty() ? "" : ",").append(quoted(x));
  return add_text(name, '[' + json + ']');
}

json_object& json_object::add_text(std::string_view name,
                                   std::string_view json) {
  members_.append(members_.empty() ? "" : ",").append(quoted(name));
  members_.append(":").append(json);
  return *this;
}

std::string json_object::text() const {
  return '{' + members_ + '}';
}

} // namespace bearer::test
