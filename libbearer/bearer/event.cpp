#include <bearer/event.hpp>

namespace bearer::events {

std::string to_string(outcome x) {
  return detail::enum_to_string(x);
}

} // namespace bearer::events
