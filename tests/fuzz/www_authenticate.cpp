#include <bearer/http/www_authenticate.hpp>

#include "fuzz/fuzz.hpp"

#include <algorithm>
#include <vector>

using namespace bearer;
using namespace bearer::fuzz;

namespace {

bool is_lower_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return c > ' ' && c <= '~' && !(c >= 'A' && c <= 'Z')
           && std::string_view{"\"(),/:;<=>?@[\\]{}"}.find(c)
                == std::string_view::npos;
  });
}

std::string quoted_string(std::string_view text) {
  auto result = std::string{'"'};
  for (auto c : text) {
    if (c == '"' || c == '\\')
      result += '\\';
    result += c;
  }
  return result + '"';
}

/// The challenges as a server would write them.
std::string written(const std::vector<http::challenge>& all) {
  auto result = std::string{};
  for (const auto& x : all) {
    auto separator = std::string{' '};
    result += (result.empty() ? "" : ", ") + x.scheme;
    for (const auto& [name, value] : x.parameters) {
      result += separator + name + '=' + quoted_string(value);
      separator = ", ";
    }
  }
  return result;
}

bool same(const http::challenge& lhs, const http::challenge& rhs) {
  return lhs.scheme == rhs.scheme && lhs.parameters == rhs.parameters;
}

void check(const http::challenge& x, std::string_view input) {
  require(is_lower_token(x.scheme), "a scheme is a token in lower case");
  require(x.parameters.size() <= 64, "a challenge is not endless");
  for (const auto& [name, value] : x.parameters) {
    require(is_lower_token(name), "a name is a token in lower case");
    require(std::ranges::all_of(
              value, [&](char c) { return input.find(c) != input.npos; }),
            "a value holds nothing but bytes of the input");
  }
}

} // namespace

// The value of a header field.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const auto input = text_of(data, size);
  const auto all = http::parse_www_authenticate(input);
  require(all.size() <= 32, "challenges are not endless");
  auto total = std::size_t{0};
  for (const auto& x : all) {
    check(x, input);
    total += x.scheme.size();
    for (const auto& [name, value] : x.parameters)
      total += name.size() + value.size();
  }
  require(total <= size, "nothing is there twice");
  require(std::ranges::equal(all, http::parse_www_authenticate(written(all)),
                             same),
          "what was read can be written and read again");
  return 0;
}
