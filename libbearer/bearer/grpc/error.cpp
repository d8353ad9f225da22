#include <bearer/error.hpp>
#include <bearer/grpc/error.hpp>
#include <bearer/source/detail/redact.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace bearer::grpc {

namespace {

constexpr std::size_t max_description_size = 256;

/// In the order of the codes.
constexpr auto names = std::to_array<std::string_view>({
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
});

std::string name_of(::grpc::StatusCode code) {
  const auto index = static_cast<std::size_t>(code);
  return index < names.size() ? std::string{names[index]} : "";
}

/// Whether gRPC has said this itself, on this side. A token that was never sent
/// must not be rejected.
bool is_own_text(std::string_view message) noexcept {
  constexpr auto beginnings = std::to_array<std::string_view>({
    "Established channel does not have",
    "Incompatible credentials set on channel and call",
    "Call host does not match SSL server name",
    "Getting metadata from plugin failed",
  });
  return std::ranges::any_of(beginnings, [message](std::string_view x) {
    return message.starts_with(x);
  });
}

/// Whether the server may or may not have done what it was asked.
bool is_open(::grpc::StatusCode code) noexcept {
  return code == ::grpc::StatusCode::CANCELLED
         || code == ::grpc::StatusCode::DEADLINE_EXCEEDED
         || code == ::grpc::StatusCode::UNAVAILABLE;
}

caf::error refused(errc code, const ::grpc::Status& from, std::string_view what,
                   std::string description) {
  auto details = refusal{};
  details.server = what;
  details.status = static_cast<std::uint16_t>(from.error_code());
  details.error = name_of(from.error_code());
  details.description = std::move(description);
  return caf::make_error(code, std::move(details));
}

} // namespace

caf::error error_of(const ::grpc::Status& from, std::string_view what,
                    const secret& sent) {
  const auto code = from.error_code();
  if (code == ::grpc::StatusCode::OK)
    return {};
  const auto secrets = std::array{sent.view()};
  auto text
    = bearer::detail::quote_foreign(from.error_message(), max_description_size,
                                    bearer::detail::text_end::head, secrets);
  if (code == ::grpc::StatusCode::UNAUTHENTICATED
      && !is_own_text(from.error_message()))
    return refused(errc::token_refused, from, what, std::move(text));
  if (code != ::grpc::StatusCode::UNAUTHENTICATED && !is_open(code))
    return refused(errc::server_refused, from, what, std::move(text));
  return caf::make_error(is_open(code) ? errc::answer_lost
                                       : errc::invalid_setting,
                         std::string{what}
                           .append(": ")
                           .append(name_of(code))
                           .append(text.empty() ? "" : ": ")
                           .append(text));
}

} // namespace bearer::grpc
