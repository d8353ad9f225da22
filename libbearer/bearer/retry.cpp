#include <bearer/error.hpp>
#include <bearer/retry.hpp>

#include <caf/sec.hpp>

namespace bearer {

namespace {

bool is_mistake_of_caller(const caf::error& err) {
  return err == errc::invalid_option || err == errc::invalid_setting
         || err == errc::unknown_generation || err == errc::not_publisher
         || err == errc::not_serializable;
}

/// The second one is what CAF says of a bearer whose actors are gone.
bool has_ended(const caf::error& err) {
  return err == errc::stopped || err == caf::sec::request_receiver_down;
}

/// The server has answered, or may have done what it was asked. The last two
/// are what CAF says of a server that is an actor.
bool is_settled(const caf::error& err) {
  return err == errc::server_refused || err == errc::unusable_response
         || err == errc::answer_lost || err == caf::sec::request_timeout
         || err == caf::sec::broken_promise;
}

} // namespace

retry_verdict default_retry_verdict(const caf::error& err) {
  if (!err || has_ended(err) || is_mistake_of_caller(err) || is_permanent(err)
      || is_settled(err))
    return retry_verdict::no;
  if (err == errc::token_refused || !is_bearer_error(err))
    return retry_verdict::refused;
  return retry_verdict::retry;
}

} // namespace bearer
