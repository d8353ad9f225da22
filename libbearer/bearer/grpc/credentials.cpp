#include <bearer/detail/wipe.hpp>
#include <bearer/grpc/credentials.hpp>
#include <bearer/grpc/detail/adopt.hpp>
#include <bearer/grpc/detail/plugin.hpp>

#include <grpc/support/time.h>

#include <string>
#include <utility>

namespace bearer::grpc {

namespace {

/// On the steady clock, and saturating. gRPC rounds deadlines up to its next
/// tick, which suffices to send a call whose budget is used up: that has ended
/// long ago.
gpr_timespec end_of(caf::timespan budget) {
  if (budget.count() <= 0)
    return gpr_inf_past(GPR_CLOCK_MONOTONIC);
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                      gpr_time_from_nanos(budget.count(), GPR_TIMESPAN));
}

} // namespace

std::shared_ptr<::grpc::CallCredentials>
call_credentials(const handle& bearer, fetch_options waiting) {
  return detail::adopt(
    detail::make_plugin_credentials(bearer, std::move(waiting)));
}

std::shared_ptr<::grpc::CallCredentials> token_credentials(const token& tok) {
  auto text = std::string{tok.access_token.view()};
  auto guard = bearer::detail::wipe_guard{text};
  return ::grpc::AccessTokenCredentials(text);
}

void authorize(::grpc::ClientContext& call, const token& tok,
               caf::timespan budget) {
  call.set_credentials(token_credentials(tok));
  const auto own = gpr_convert_clock_type(call.raw_deadline(),
                                          GPR_CLOCK_MONOTONIC);
  call.set_deadline(gpr_time_min(end_of(budget), own));
}

} // namespace bearer::grpc
