#include <bearer/secret.hpp>

#include <algorithm>

namespace bearer {

secret::secret(std::string_view text) : size_(text.size()) {
  if (text.empty())
    return;
  auto wiping_delete = [size = text.size()](char* ptr) {
    detail::wipe(ptr, size);
    delete[] ptr;
  };
  auto block = std::shared_ptr<char[]>(new char[text.size()], wiping_delete);
  std::copy(text.begin(), text.end(), block.get());
  text_ = std::move(block);
}

std::string to_string(const secret& x) {
  return std::string{x.empty() ? std::string_view{} : secret::redacted};
}

} // namespace bearer
