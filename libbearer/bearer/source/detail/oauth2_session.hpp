#pragma once

#include <bearer/secret.hpp>
#include <bearer/source/detail/thread_crew.hpp>

#include <caf/error.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace bearer::detail {

/// What the attempts of one OAuth 2.0 source hand on to each other. Attempts
/// overlap when one was given up, or when several bearers share the source. All
/// members may be called from any thread.
class oauth2_session {
public:
  /// @param signers Who signs for these attempts; null if nothing is signed.
  oauth2_session(std::string token_endpoint, secret refresh_token,
                 std::shared_ptr<thread_crew> signers);

  /// Where tokens are, or empty if it is not known.
  std::string token_endpoint() const;

  void set_token_endpoint(std::string url);

  /// The newest one.
  secret refresh_token() const;

  /// Keeps the refresh token for one attempt, as long as what is returned
  /// lives; null while another attempt has it.
  std::shared_ptr<void> reserve();

  /// The refresh token is about to be sent, which may use it up.
  /// @returns whether it may have been used up before: it was sent, and the
  ///          answer never came.
  bool begin_use();

  /// The server's answer to its use is known.
  void end_use();

  /// Replaces the refresh token.
  void rotate(secret next);

  /// Whether the application has not stored the refresh token yet.
  bool unstored() const;

  /// Hands the refresh token to `store`, unless an earlier call is under way: a
  /// late one must not overwrite what a later one has stored.
  /// @returns nothing if the refresh token is stored; what `store` returned; or
  ///          `errc::busy`. What `store` throws goes on.
  caf::error store_with(const std::function<caf::error(const secret&)>& store);

  /// Null if nothing is signed.
  const std::shared_ptr<thread_crew>& signers() const noexcept {
    return signers_;
  }

private:
  /// Ends the storing on every way out of it.
  class turn;

  const std::shared_ptr<thread_crew> signers_;

  mutable std::mutex mutex_;
  std::string token_endpoint_;
  secret refresh_token_;
  secret stored_;
  std::weak_ptr<void> reservation_;
  bool in_use_ = false;
  bool storing_ = false;
};

} // namespace bearer::detail
