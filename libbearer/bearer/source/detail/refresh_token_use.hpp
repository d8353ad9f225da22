#pragma once

#include <bearer/oauth2/options.hpp>
#include <bearer/secret.hpp>
#include <bearer/source/detail/oauth2_session.hpp>

#include <caf/error.hpp>

#include <memory>
#include <string>

namespace bearer::detail {

/// What one attempt does with the refresh token of its source, which other
/// attempts use as well, of the same bearer and of others. With other grants
/// there is none, and nothing to do.
class refresh_token_use {
public:
  refresh_token_use(std::shared_ptr<oauth2_session> session,
                    const oauth2::grant& how);

  /// Whether there is a refresh token.
  explicit operator bool() const noexcept {
    return has_token_;
  }

  /// Keeps others from the refresh token; false if another attempt does.
  bool reserve();

  /// The refresh token is about to be sent, which may use it up.
  void begin();

  /// The server has taken it.
  /// @param next Replaces it, unless empty.
  void succeeded(secret next);

  /// The request has failed.
  /// @returns what the attempt fails with: the same error, or
  ///          `errc::rotation_lost`, which names the server.
  caf::error failed(caf::error why, const std::string& server);

  /// Lets others have the refresh token. So does the end of this.
  void end() noexcept {
    reservation_ = nullptr;
  }

private:
  std::shared_ptr<oauth2_session> session_;
  bool has_token_;
  std::shared_ptr<void> reservation_;
  // Whether an earlier use may have used it up.
  bool in_doubt_ = false;
};

/// Hands a refresh token that the application has not stored yet to its hook.
/// @returns nothing; `errc::busy` while an earlier call hangs; or
///          `errc::not_stored`.
caf::error store_refresh_token(oauth2_session& session,
                               const oauth2::refresh_token& how);

} // namespace bearer::detail
