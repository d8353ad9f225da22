#include <bearer/secret.hpp>

#include <algorithm>
#include <new>

namespace bearer {

secret::secret(std::string_view text) {
  if (!text.empty())
    block_.reset(block::make(text), false);
}

secret::block* secret::block::make(std::string_view content) {
  auto* where = new char[sizeof(block) + content.size()];
  auto* result = new (where) block{content.size()};
  std::copy(content.begin(), content.end(), result->text());
  return result;
}

void secret::block::wipe_and_free() noexcept {
  detail::wipe(text(), size);
  this->~block();
  delete[] reinterpret_cast<char*>(this);
}

std::string to_string(const secret& x) {
  return std::string{x.empty() ? std::string_view{} : secret::redacted};
}

} // namespace bearer
