#include <bearer/attempt.hpp>

namespace bearer {

std::string to_string(attempt_reason reason) {
  return detail::enum_to_string(reason);
}

} // namespace bearer
