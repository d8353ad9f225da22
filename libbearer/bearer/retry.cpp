#include <bearer/error.hpp>
#include <bearer/retry.hpp>

namespace bearer {

retry_verdict default_retry_verdict(const caf::error& err) {
  if (!err)
    return retry_verdict::no;
  if (!is_bearer_error(err))
    return retry_verdict::refused;
  if (err == errc::stopped || err == errc::invalid_option
      || err == errc::unknown_generation || is_permanent(err))
    return retry_verdict::no;
  return retry_verdict::retry;
}

} // namespace bearer
