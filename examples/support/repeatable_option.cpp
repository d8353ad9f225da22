#include "repeatable_option.hpp"

#include <caf/config_value.hpp>
#include <caf/error.hpp>

#include <utility>

namespace example {

namespace {

/// CAF calls it once for each time that the option is given.
caf::error add_value(void* storage, caf::config_value& x) {
  auto value = caf::get_as<std::string>(x);
  if (!value)
    return std::move(value.error());
  static_cast<std::vector<std::string>*>(storage)->push_back(std::move(*value));
  return {};
}

/// Wanted by CAF, which calls it no more.
caf::config_value no_value(const void*) {
  return {};
}

constexpr auto meta = caf::config_option::meta_state{add_value, no_value,
                                                     "std::string, repeatable"};

} // namespace

caf::config_option repeatable_option(std::vector<std::string>& storage,
                                     const std::string& name,
                                     const std::string& description) {
  return {"global", name, description, &meta, &storage};
}

bool is_repeatable(const caf::config_option& option) {
  return option.type_name() == meta.type_name;
}

} // namespace example
