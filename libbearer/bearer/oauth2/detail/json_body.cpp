#include <bearer/oauth2/detail/form.hpp>
#include <bearer/oauth2/detail/json_body.hpp>
#include <bearer/source/detail/trim.hpp>

#include <cstddef>

namespace bearer::detail {

json_body::json_body(const secret& text) : text_(text.size()) {
  append(text_, text.view());
}

std::string json_body::parse(std::initializer_list<wanted_member> wanted) {
  const auto content = trim_text(text_.view());
  if (content.empty())
    return "the body is empty";
  if (!content.starts_with('{'))
    return "the body is no JSON object";
  const auto offset = static_cast<std::size_t>(content.data() - text_.data());
  return parse_json_members(text_, offset, wanted);
}

} // namespace bearer::detail
