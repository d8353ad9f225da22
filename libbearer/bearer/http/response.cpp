#include <bearer/http/response.hpp>

namespace bearer::http {

std::string_view response::field_value(std::string_view name) const noexcept {
  for (const auto& x : fields)
    if (same_name(x.name, name))
      return x.value.view();
  return {};
}

std::vector<std::string_view>
response::field_values(std::string_view name) const {
  auto result = std::vector<std::string_view>{};
  for (const auto& x : fields)
    if (same_name(x.name, name))
      result.push_back(x.value.view());
  return result;
}

} // namespace bearer::http
