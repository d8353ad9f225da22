#include <bearer/error.hpp>
#include <bearer/source/detail/redact.hpp>
#include <bearer/source/detail/refresh_token_use.hpp>

#include <array>
#include <exception>
#include <utility>
#include <variant>

namespace bearer::detail {

namespace {

/// Whether the server has certainly not done what it was asked.
bool did_nothing(const caf::error& err) {
  const auto said = refusal_of(err);
  return err == errc::connection_failed || (said && said->status < 500);
}

/// Whether the server takes the refresh token no more (RFC 6749, section 5.2).
/// Some servers have no more to say about that than the status.
bool is_refused_grant(const refusal& said) noexcept {
  return said.error == "invalid_grant"
         || (said.status == 400 && said.error.empty());
}

caf::error not_stored(const std::string& why, const secret& refresh_token) {
  const auto secrets = std::array{refresh_token.view()};
  return caf::make_error(errc::not_stored,
                         "the refresh token was not stored: "
                           + quote_foreign(why, 256, text_end::head, secrets));
}

caf::error lost_rotation(const std::string& server, const refusal& said) {
  const auto why = said.error.empty() ? "status " + std::to_string(said.status)
                                      : said.error;
  return caf::make_error(
    errc::rotation_lost,
    server + ": the refresh token is taken no more (" + why
      + "), and an answer that may have held its successor was lost before");
}

} // namespace

refresh_token_use::refresh_token_use(std::shared_ptr<oauth2_session> session,
                                     const oauth2::grant& how)
  : session_(std::move(session)),
    has_token_(std::holds_alternative<oauth2::refresh_token>(how)) {
  // nop
}

bool refresh_token_use::reserve() {
  if (!has_token_)
    return true;
  reservation_ = session_->reserve();
  return reservation_ != nullptr;
}

void refresh_token_use::begin() {
  if (has_token_)
    in_doubt_ = session_->begin_use();
}

void refresh_token_use::succeeded(secret next) {
  if (!has_token_)
    return;
  session_->end_use();
  if (!next.empty())
    session_->rotate(std::move(next));
}

caf::error refresh_token_use::failed(caf::error why,
                                     const std::string& server) {
  if (!has_token_)
    return why;
  const auto said = refusal_of(why);
  if (in_doubt_ && said && is_permanent(why) && is_refused_grant(*said))
    return lost_rotation(server, *said);
  // What was lost before stays lost.
  if (!in_doubt_ && did_nothing(why))
    session_->end_use();
  return why;
}

caf::error store_refresh_token(oauth2_session& session,
                               const oauth2::refresh_token& how) {
  const auto current = session.refresh_token();
  try {
    auto err = session.store_with(how.store);
    if (!err || err == errc::busy)
      return err;
    return not_stored(to_string(err), current);
  } catch (const std::exception& ex) {
    return not_stored(ex.what(), current);
  }
}

} // namespace bearer::detail
