#include <bearer/family_settings.hpp>

namespace bearer {

caf::error validate(const family_settings& x) {
  if (x.max_size == 0)
    return caf::make_error(errc::invalid_setting, "max_size: must be above 0");
  if (x.idle_time <= caf::timespan::zero())
    return caf::make_error(errc::invalid_setting, "idle_time: must be above 0");
  return validate(x.renewal);
}

} // namespace bearer
