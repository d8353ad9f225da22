#include "tally.hpp"

namespace oauth2_client {

tally& tally::operator+=(const tally& other) {
  ok += other.ok;
  unauthorised += other.unauthorised;
  failed += other.failed;
  retried += other.retried;
  attempts += other.attempts;
  expired_served += other.expired_served;
  if (first_error.empty())
    first_error = other.first_error;
  fetches += other.fetches;
  return *this;
}

} // namespace oauth2_client
