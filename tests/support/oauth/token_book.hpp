#pragma once

#include <caf/timespan.hpp>
#include <caf/timestamp.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bearer::test {

/// What a token permits, and to whom.
struct token_rights {
  std::string client = {};
  std::string subject = {};
  std::string scope = {};
  std::vector<std::string> audience = {};
  std::vector<std::string> resources = {};
};

/// What a refresh token is good for.
struct refreshed {
  token_rights rights = {};

  /// The refresh token to use the next time.
  std::string next = {};
};

/// What became of a token.
enum class token_state { good, unknown, expired, revoked };

/// All tokens that a server has issued. Thread-safe.
class token_book {
public:
  /// Both kinds of tokens start with this and go on in hexadecimal, so that
  /// they can be looked for where they must not be.
  static constexpr auto access_prefix = std::string_view{"access-"};
  static constexpr auto refresh_prefix = std::string_view{"refresh-"};

  // -- access tokens ----------------------------------------------------------

  std::string issue(token_rights rights, caf::timestamp expires_at);

  token_state state_of(const std::string& token, caf::timestamp now) const;

  /// Empty if the token was never issued.
  std::optional<token_rights> rights_of(const std::string& token) const;

  /// Ends all access tokens that were issued so far.
  void revoke_all();

  /// How many access tokens were issued.
  std::size_t issued() const;

  // -- refresh tokens ---------------------------------------------------------

  /// Begins a family of refresh tokens, which has one that is good at a time.
  std::string begin_family(token_rights rights);

  /// Uses a refresh token, and replaces it if asked to. Whoever shows one that
  /// was replaced before ends its family with that: it may have been stolen
  /// (RFC 6819, section 5.2.2.3).
  /// @returns nothing if it is not the good one of a family of this client.
  std::optional<refreshed> use(const std::string& refresh_token,
                               const std::string& client, bool replace);

  /// Ends all families.
  void revoke_families();

private:
  struct access {
    token_rights rights;
    caf::timestamp expires_at;
    bool revoked = false;
  };

  struct family {
    token_rights rights;
    std::string good;
  };

  mutable std::mutex mutex_;
  std::map<std::string, access> tokens_;
  std::map<std::string, std::shared_ptr<family>> families_;
};

} // namespace bearer::test
