#include <bearer/fetch_options.hpp>

#include "fuzz/fuzz.hpp"

#include <map>

using namespace bearer;
using namespace bearer::fuzz;

namespace {

using option_map = std::map<std::string, std::string>;

/// Lines with a key, an equals sign and a value.
option_map map_of(std::string_view input) {
  auto result = option_map{};
  while (!input.empty()) {
    const auto line = take_line(input);
    const auto equals = line.find('=');
    auto value = std::string_view{};
    if (equals != std::string_view::npos)
      value = line.substr(equals + 1);
    result.emplace(line.substr(0, equals), with_secrets(value));
  }
  return result;
}

bool names_a_key(const std::string& text, const option_map& keys) {
  for (const auto& [key, value] : keys)
    if (text.starts_with(key + ": "))
      return true;
  return false;
}

} // namespace

// Options as request layers pass them on.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const auto text = text_of(data, size);
  if (is_cheating(text))
    return 0;
  const auto input = map_of(text);
  const auto result = parse_fetch_options(input);
  if (!result) {
    const auto& err = result.error();
    require(err == errc::invalid_option, "a bad option is called one");
    const auto& what = err.context().get_as<std::string>(0);
    require(names_a_key(what, input), "a bad option is named");
    require(!test::shows(what), "no value is quoted");
    return 0;
  }
  require(!validate(*result), "what was parsed is valid");
  require(!result->renew_request_timeout
            || result->renew_request_timeout->count() > 0,
          "a timeout is above 0");
  require(!result->timeout && !result->newer_than,
          "what has no key keeps its default");
  return 0;
}
