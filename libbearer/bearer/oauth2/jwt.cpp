#include <bearer/detail/saturating.hpp>
#include <bearer/error.hpp>
#include <bearer/oauth2/detail/openssl_errors.hpp>
#include <bearer/oauth2/detail/signing.hpp>
#include <bearer/oauth2/jwt.hpp>
#include <bearer/source/detail/posix.hpp>

#include <openssl/rand.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include <jwt.h>

namespace bearer::oauth2 {

namespace {

using jwt_ptr = std::unique_ptr<jwt_t, decltype(&jwt_free)>;

struct wiping_free {
  void operator()(char* text) const noexcept {
    bearer::detail::wipe(text, std::strlen(text));
    std::free(text);
  }
};

caf::error failed(std::string what) {
  return caf::make_error(errc::signing_failed, std::move(what));
}

jwt_alg_t to_jwt(algorithm x) noexcept {
  constexpr auto values = std::array{JWT_ALG_RS256, JWT_ALG_RS384,
                                     JWT_ALG_RS512, JWT_ALG_ES256,
                                     JWT_ALG_ES384, JWT_ALG_ES512};
  return values[static_cast<std::size_t>(x)];
}

/// 128 random bits in hexadecimal; empty if there is no randomness.
std::string random_id() {
  constexpr auto digits = std::string_view{"0123456789abcdef"};
  auto bytes = std::array<unsigned char, 16>{};
  auto result = std::string{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    return result;
  for (auto byte : bytes) {
    result += digits[byte >> 4u];
    result += digits[byte & 0xfu];
  }
  return result;
}

/// Adds a claim; one without a value is left out.
caf::error add(jwt_t* token, const std::string& name,
               const std::string& value) {
  if (value.empty())
    return {};
  // Claims are C strings to libjwt.
  if ((name + value).find('\0') != std::string::npos)
    return failed("the claim \"" + std::string{name.c_str()}
                  + "\" has a NUL byte");
  // libjwt looks for strings only when it looks for an earlier one.
  const auto is_number = name == "iat" || name == "exp";
  if (is_number || jwt_add_grant(token, name.c_str(), value.c_str()) != 0)
    return failed("the claim \"" + name + "\" is there twice or is no UTF-8");
  return {};
}

caf::error add_claims(jwt_t* token, const signed_assertion& what,
                      const std::string& audience) {
  const auto id = random_id();
  if (id.empty())
    return failed("OpenSSL has no random bytes");
  if (auto err = add(token, "iss", what.issuer))
    return err;
  if (auto err = add(token, "sub", what.subject))
    return err;
  if (auto err = add(token, "aud",
                     what.audience.empty() ? audience : what.audience))
    return err;
  if (auto err = add(token, "jti", id))
    return err;
  for (const auto& [name, value] : what.claims)
    if (auto err = add(token, name, value))
      return err;
  return {};
}

/// Whole seconds, of which a short lifetime has at least one.
void add_times(jwt_t* token, caf::timespan lifetime, caf::timestamp now) {
  using std::chrono::seconds;
  const auto start = std::chrono::floor<seconds>(now.time_since_epoch());
  const auto end = start + std::chrono::ceil<seconds>(lifetime);
  jwt_add_grant_int(token, "iat", start.count());
  jwt_add_grant_int(token, "exp", end.count());
}

} // namespace

caf::expected<secret> sign(const signed_assertion& what,
                           const std::string& audience, caf::timestamp now) {
  const auto errors = bearer::detail::openssl_errors{};
  auto pem = bearer::detail::read_key(what.key);
  if (!pem)
    return std::move(pem.error());
  if (auto err = bearer::detail::check_key(*pem, what.key))
    return err;
  jwt_t* raw = nullptr;
  if (jwt_new(&raw) != 0)
    return failed("libjwt is out of memory");
  const auto token = jwt_ptr{raw, &jwt_free};
  add_times(raw, what.lifetime, now);
  if (auto err = add_claims(raw, what, audience))
    return err;
  const auto& id = what.key.key_id;
  if (!id.empty() && jwt_add_header(raw, "kid", id.c_str()) != 0)
    return failed("the key's identifier is no UTF-8");
  jwt_set_alg(raw, to_jwt(what.key.algorithm),
              reinterpret_cast<const unsigned char*>(pem->data()),
              static_cast<int>(pem->size()));
  const auto text = std::unique_ptr<char, wiping_free>{jwt_encode_str(raw)};
  if (!text)
    return failed(bearer::detail::name_of(what.key)
                  + " cannot sign: " + bearer::detail::errno_text(errno));
  return secret{text.get()};
}

} // namespace bearer::oauth2
