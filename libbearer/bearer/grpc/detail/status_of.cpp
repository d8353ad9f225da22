#include <bearer/grpc/detail/status_of.hpp>
#include <bearer/retry.hpp>

#include <string>

namespace bearer::grpc::detail {

::grpc::Status status_of(std::string_view bearer, const caf::error& why) {
  const auto code = default_retry_verdict(why) == retry_verdict::no
                      ? ::grpc::StatusCode::UNAUTHENTICATED
                      : ::grpc::StatusCode::UNAVAILABLE;
  auto text
    = std::string{"no token from bearer '"}.append(bearer).append("': ");
  return {code, text + to_string(why)};
}

} // namespace bearer::grpc::detail
