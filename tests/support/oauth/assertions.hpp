#pragma once

#include <caf/timespan.hpp>
#include <caf/timestamp.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bearer::test {

/// Whose signatures a server takes, and how they are made.
struct jwt_key {
  /// In PEM.
  std::string public_key = {};

  /// Such as `RS256`; no other is taken.
  std::string algorithm = "RS256";

  /// The `kid` that has to be named; any will do if it is empty.
  std::string key_id = {};
};

/// The claims that a JWT makes (RFC 7519, section 4.1), whether they are true
/// or not. Times are seconds since 1970.
struct jwt_claims {
  std::string issuer = {};
  std::string subject = {};
  std::string id = {};
  std::vector<std::string> audience = {};
  std::optional<std::int64_t> expires_at = {};
  std::optional<std::int64_t> issued_at = {};
};

/// Reads the claims and believes them. Throws if the text is no JWT.
jwt_claims read_claims(std::string_view jwt);

/// Judges assertions as RFC 7523, section 3, wants it. Thread-safe.
class assertion_judge {
public:
  /// How far the clocks of clients may be away.
  static constexpr auto leeway = std::chrono::seconds{30};

  /// Throws `std::runtime_error` with what is wrong: the signature, the time,
  /// the audience, which must be one of `audiences`, or that the same assertion
  /// was used before.
  void check(std::string_view jwt, const jwt_key& key,
             const std::vector<std::string>& audiences, caf::timestamp now);

private:
  void check_replay(const jwt_claims& claims, std::int64_t now);

  std::mutex mutex_;
  // Until when nobody may use an identifier of an issuer again.
  std::map<std::string, std::int64_t> used_;
};

} // namespace bearer::test
