#include "arguments.hpp"

#include "repeatable_option.hpp"

#include <cstddef>
#include <set>
#include <stdexcept>

namespace example {

namespace {

/// The name in `--name` and `--name=value`.
std::string name_in(const std::string& argument) {
  if (!argument.starts_with("--"))
    throw std::runtime_error(
      "arguments are options such as --name=value or --name value, see --help");
  return argument.substr(2, argument.find('=') - 2);
}

/// CAF wants a unit, others take a number for one of seconds.
void add_unit(const caf::config_option& option, std::string& argument) {
  const auto value = argument.substr(argument.find('=') + 1);
  const auto is_time = option.type_name().find("timespan") != std::string::npos;
  if (is_time && !value.empty()
      && value.find_first_not_of("0123456789") == std::string::npos)
    argument += 's';
}

} // namespace

std::vector<std::string> joined(const caf::config_option_set& known,
                                const std::vector<std::string>& arguments) {
  auto result = std::vector<std::string>{};
  auto seen = std::set<std::string>{};
  for (auto i = std::size_t{0}; i < arguments.size(); ++i) {
    auto text = arguments[i];
    // CAF's own short form of --help.
    if (text == "-h" || text == "-?") {
      result.push_back(text);
      continue;
    }
    const auto name = name_in(text);
    const auto* option = known.cli_long_name_lookup(name);
    // The dump would show secrets.
    if (option == nullptr || name == "dump-config")
      throw std::runtime_error("--" + name + ": no such option, see --help");
    if (!seen.insert(name).second && !is_repeatable(*option))
      throw std::runtime_error("--" + name + ": given twice");
    const auto has_value = text.find('=') != std::string::npos;
    if (!option->is_flag() && !has_value) {
      if (i + 1 == arguments.size() || arguments[i + 1].starts_with("--"))
        throw std::runtime_error("--" + name + ": lacks a value");
      text += '=' + arguments[++i];
    }
    add_unit(*option, text);
    result.push_back(std::move(text));
  }
  return result;
}

} // namespace example
