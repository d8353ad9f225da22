#include <bearer/token.hpp>

#include <caf/deep_to_string.hpp>

namespace bearer {

std::string to_string(const token& x) {
  auto result = "token(" + to_string(x.generation);
  if (x.expires_at)
    result += ", expires at " + caf::deep_to_string(*x.expires_at);
  return result + ')';
}

} // namespace bearer
