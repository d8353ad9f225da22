#include <bearer/remote/detail/error_text.hpp>

#include <caf/const_typed_message_view.hpp>
#include <caf/message.hpp>
#include <caf/sec.hpp>

#include <string_view>
#include <utility>

namespace bearer::remote::detail {

namespace {

/// The most bytes of a text; the rest of an endless one helps nobody.
constexpr std::size_t max_text = 1024;

/// The same of why an owner that is a replica does not reach its own one. In a
/// circle of replicas each gets its own words back, and more each time.
constexpr std::size_t max_outage = 128;

std::string cut(std::string text, std::size_t most) {
  if (text.size() > most)
    text.replace(most, text.size(), "...");
  return text;
}

/// The cause of an error that its source has wrapped.
caf::error unwrap(const caf::error& why) {
  if (!is_bearer_error(why))
    return why;
  if (auto view = caf::make_const_typed_message_view<failure>(why.context()))
    return unwrap(caf::get<0>(view).cause);
  // What a fetch has waited for says more than that it did.
  if (auto details = timeout_details_of(why); details && details->last_error)
    return unwrap(details->last_error);
  return why;
}

/// Whether the source of the last attempt said that it is of no use to go on.
bool says_permanent(const caf::error& why) {
  if (auto details = timeout_details_of(why))
    return is_permanent(details->last_error);
  return is_permanent(why);
}

/// Says whose the text is, once, though the owner may be a replica itself.
std::string as_of_owner(const std::string& text) {
  constexpr auto whose = std::string_view{"the owner: "};
  if (text.empty())
    return "the owner's error";
  return text.starts_with(whose) ? text : std::string{whose} + text;
}

} // namespace

errc code_of(const caf::error& why) {
  return is_bearer_error(why) ? static_cast<errc>(why.code())
                              : errc::source_failed;
}

std::string text_of(const caf::error& why) {
  auto result = std::string{};
  if (!is_bearer_error(why))
    result = caf::to_string(why);
  else if (auto view
           = caf::make_const_typed_message_view<std::string>(why.context()))
    result = caf::get<0>(view);
  else if (!why.context().empty())
    result = caf::to_string(why.context());
  return cut(std::move(result), max_text);
}

answer decline(const caf::error& why) {
  const auto cause = unwrap(why);
  auto result = answer{};
  result.code = code_of(cause);
  result.text = text_of(cause);
  result.permanent = says_permanent(why);
  result.retry_after = retry_after_of(why);
  // Its actors were killed.
  if (cause == caf::sec::request_receiver_down)
    result.code = errc::stopped;
  return result;
}

caf::error reason_of(const answer& declined) {
  const auto most = declined.code == errc::owner_unreachable ? max_outage
                                                             : max_text;
  const auto text = cut(as_of_owner(declined.text), most);
  // Callers of the replica must not take these for its own.
  if (declined.code == errc::stopped)
    return caf::make_error(errc::source_stopped, "the owner has stopped");
  if (declined.code == errc::timed_out)
    return caf::make_error(errc::attempt_timed_out,
                           "the owner had no token in time");
  const auto code = declined.code == errc::none ? errc::source_failed
                                                : declined.code;
  auto result = caf::make_error(code, text);
  if (declined.permanent)
    return is_permanent(result) ? result : make_permanent(std::move(result));
  if (declined.retry_after)
    return make_transient(std::move(result), declined.retry_after);
  return result;
}

} // namespace bearer::remote::detail
