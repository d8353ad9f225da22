#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// Plays those who issue tokens and those who refuse them. Knows nothing of
/// libbearer, since other processes use it too.
namespace stress {

/// How long issued tokens live. Whatever becomes of a token, so much of this is
/// left when a bearer gets it that its margin is several times as long as an
/// answer is on its way, even with two processors for all.
constexpr auto lifetime = std::chrono::milliseconds{6'000};

/// How tokens begin that the server refuses, as if somebody had revoked them.
constexpr std::string_view revoked_prefix = "revoked-";

/// Whether a request with this token succeeds.
inline bool accepts(std::string_view secret) noexcept {
  return !secret.starts_with(revoked_prefix);
}

/// What becomes of a single attempt.
enum class conduct : std::uint8_t {
  good,
  revoked,
  expired,
  slow,
  hangs,
  fails,
  garbage,
  empty,
  huge,
  half_written,
  missing,
};

/// Mostly good; `faults` tells what else, all equally likely.
template <class Random, std::size_t N>
conduct next_conduct(Random& random, const conduct (&faults)[N]) {
  if (random() % 100 < 60)
    return conduct::good;
  return faults[random() % N];
}

/// A secret that nobody has issued before.
template <class Random>
std::string next_secret(Random& random, conduct how) {
  auto result = std::string{how == conduct::revoked ? revoked_prefix : "good-"};
  for (auto i = 0; i < 32; ++i)
    result += "0123456789abcdef"[random() % 16];
  return result;
}

inline std::chrono::system_clock::time_point expiry_of(conduct how) {
  const auto now = std::chrono::system_clock::now();
  return how == conduct::expired ? now - lifetime : now + lifetime;
}

/// A token in the JSON form that libbearer's sources read.
template <class Random>
std::string next_token_json(Random& random, conduct how) {
  using std::chrono::milliseconds;
  const auto at
    = std::chrono::floor<milliseconds>(expiry_of(how)).time_since_epoch();
  auto millis = std::to_string(at.count() % 1'000);
  millis.insert(0, 3 - millis.size(), '0');
  return "{\"token\": \"" + next_secret(random, how) + "\", \"expires_at\": "
         + std::to_string(at.count() / 1'000) + '.' + millis + "}\n";
}

} // namespace stress
