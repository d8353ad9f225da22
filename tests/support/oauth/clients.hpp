#pragma once

#include "support/oauth/assertions.hpp"
#include "support/oauth/message.hpp"

#include <caf/timestamp.hpp>

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace bearer::test {

/// Why a server does not do what it is asked to (RFC 6749, section 5.2). Thrown
/// by its parts.
struct oauth_refusal {
  std::string code;
  std::string description;

  http_answer answer() const;
};

/// How a client authenticates (RFC 7591, section 2, has these names).
enum class client_method { none, basic, post, private_key_jwt };

/// A client that a server knows.
struct oauth_client {
  std::string id = "client";

  /// Many servers do not mind where the secret is.
  std::set<client_method> methods = {client_method::basic, client_method::post};

  std::string secret = "client-secret";

  /// For `private_key_jwt`.
  jwt_key key = {};

  /// Which grants it may use; all of them if empty.
  std::set<std::string> grants = {};

  /// Which scopes it may have; all of them if empty.
  std::set<std::string> scopes = {};
};

/// Finds out who sent a request. Thread-safe.
class client_registry {
public:
  explicit client_registry(std::vector<oauth_client> clients);

  /// Throws `oauth_refusal` if the client does not prove who it is, or if it
  /// does so in several ways (RFC 6749, section 2.3).
  /// @param audiences For whom its JWTs may be meant.
  /// @returns the client; nothing if the request names none.
  const oauth_client*
  authenticate(const heard_request& request, const form_parameters& form,
               const std::vector<std::string>& audiences, caf::timestamp now);

private:
  const oauth_client& find(const std::string& id, client_method how) const;
  const oauth_client& check_secret(const std::string& id,
                                   const std::string& secret,
                                   client_method how) const;
  const oauth_client& check_basic(std::string_view credentials) const;
  const oauth_client& check_jwt(const form_parameters& form,
                                const std::vector<std::string>& audiences,
                                caf::timestamp now);

  std::map<std::string, oauth_client> clients_;
  assertion_judge judge_;
};

} // namespace bearer::test
