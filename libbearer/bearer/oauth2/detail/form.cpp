#include <bearer/oauth2/detail/form.hpp>

#include <algorithm>

namespace bearer::detail {

namespace {

bool stays_itself(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
         || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_'
         || c == '*';
}

} // namespace

std::size_t form_encoded_size(std::string_view text) noexcept {
  auto result = std::size_t{0};
  for (auto c : text)
    result += stays_itself(c) || c == ' ' ? 1 : 3;
  return result;
}

void append_form_encoded(wiped_buffer& to, std::string_view text) noexcept {
  constexpr auto digits = std::string_view{"0123456789ABCDEF"};
  for (auto c : text) {
    auto* tail = to.tail();
    if (stays_itself(c) || c == ' ') {
      tail[0] = c == ' ' ? '+' : c;
      to.commit(1);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    tail[0] = '%';
    tail[1] = digits[byte >> 4u];
    tail[2] = digits[byte & 0xfu];
    to.commit(3);
  }
}

void append(wiped_buffer& to, std::string_view text) noexcept {
  std::copy(text.begin(), text.end(), to.tail());
  to.commit(text.size());
}

secret form::encoded() const {
  auto size = std::size_t{0};
  for (const auto& [name, value] : parameters_)
    size += form_encoded_size(name) + form_encoded_size(value.view()) + 2;
  auto text = wiped_buffer{size};
  for (const auto& [name, value] : parameters_) {
    if (text.size() > 0)
      append(text, "&");
    append_form_encoded(text, name);
    append(text, "=");
    append_form_encoded(text, value.view());
  }
  return secret{text.view()};
}

} // namespace bearer::detail
