#include <bearer/error.hpp>

#include <caf/const_typed_message_view.hpp>
#include <caf/type_id.hpp>

#include <utility>

namespace bearer {

namespace {

/// The value of type `T` that `err` carries as its only context, if any.
template <class T>
std::optional<T> context_of(const caf::error& err) {
  if (!is_bearer_error(err))
    return std::nullopt;
  if (auto view = caf::make_const_typed_message_view<T>(err.context()))
    return caf::get<0>(view);
  return std::nullopt;
}

} // namespace

std::string to_string(errc code) {
  return detail::enum_to_string(code);
}

bool from_string(std::string_view name, errc& out) {
  return detail::enum_from_string(name, out);
}

bool from_integer(std::uint8_t value, errc& out) {
  return detail::enum_from_integer(value, out);
}

caf::error make_transient(caf::error cause,
                          std::optional<caf::timespan> retry_after) {
  return caf::make_error(errc::transient_failure,
                         failure{std::move(cause), retry_after});
}

caf::error make_permanent(caf::error cause) {
  return caf::make_error(errc::permanent_failure,
                         failure{std::move(cause), std::nullopt});
}

bool is_permanent(const caf::error& err) noexcept {
  return err == errc::permanent_failure || err == errc::source_stopped
         || err == errc::static_token_rejected || err == errc::rotation_lost;
}

bool is_bearer_error(const caf::error& err) noexcept {
  // An empty error has no category to ask for.
  return err && err.category() == caf::type_id_v<errc>;
}

std::optional<caf::timespan> retry_after_of(const caf::error& err) {
  if (auto wrapped = context_of<failure>(err))
    return wrapped->retry_after;
  return std::nullopt;
}

std::optional<timeout_details> timeout_details_of(const caf::error& err) {
  return context_of<timeout_details>(err);
}

std::optional<refusal> refusal_of(const caf::error& err) {
  if (auto wrapped = context_of<failure>(err))
    return refusal_of(wrapped->cause);
  return context_of<refusal>(err);
}

} // namespace bearer
