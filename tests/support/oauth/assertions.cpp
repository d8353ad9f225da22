#include "support/oauth/assertions.hpp"

#include "support/signing_keys.hpp"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace bearer::test {

namespace {

void require(bool holds, const char* what) {
  if (!holds)
    throw std::runtime_error(what);
}

rapidjson::Document parse(const std::string& json) {
  auto result = rapidjson::Document{};
  result.Parse(json.data(), json.size());
  require(!result.HasParseError() && result.IsObject(), "a part is no JSON");
  return result;
}

std::string text_of(const rapidjson::Document& from, const char* name) {
  const auto at = from.FindMember(name);
  if (at == from.MemberEnd())
    return {};
  require(at->value.IsString(), "a claim is no string");
  return {at->value.GetString(), at->value.GetStringLength()};
}

std::optional<std::int64_t> time_of(const rapidjson::Document& from,
                                    const char* name) {
  const auto at = from.FindMember(name);
  if (at == from.MemberEnd())
    return std::nullopt;
  require(at->value.IsInt64(), "a time is no number");
  return at->value.GetInt64();
}

/// One string or several.
std::vector<std::string> audience_of(const rapidjson::Document& from) {
  const auto at = from.FindMember("aud");
  if (at == from.MemberEnd() || !at->value.IsArray())
    return {text_of(from, "aud")};
  auto result = std::vector<std::string>{};
  for (const auto& x : at->value.GetArray()) {
    require(x.IsString(), "an audience is no string");
    result.emplace_back(x.GetString(), x.GetStringLength());
  }
  return result;
}

key_ptr read_public_key(const std::string& pem) {
  const auto text = std::unique_ptr<BIO, decltype(&BIO_free)>{
    BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free};
  auto result
    = key_ptr{PEM_read_bio_PUBKEY(text.get(), nullptr, nullptr, nullptr)};
  require(result != nullptr, "the registered key is no public key in PEM");
  return result;
}

/// The algorithm is the key's, not what the JWT calls it: one that says `none`
/// or takes the public key for a shared secret has no chance.
void check_signature(std::string_view jwt, const jwt_key& key) {
  const auto parts = decode_jwt(jwt);
  const auto header = parse(parts.header);
  require(text_of(header, "alg") == key.algorithm,
          "the algorithm is not the registered one");
  require(key.key_id.empty() || text_of(header, "kid") == key.key_id,
          "the key is not the registered one");
  const auto digest = "SHA" + key.algorithm.substr(2);
  require(verifies(parts, read_public_key(key.public_key), digest.c_str()),
          "the signature is wrong");
}

} // namespace

jwt_claims read_claims(std::string_view jwt) {
  const auto json = parse(decode_jwt(jwt).claims);
  auto result = jwt_claims{};
  result.issuer = text_of(json, "iss");
  result.subject = text_of(json, "sub");
  result.id = text_of(json, "jti");
  result.audience = audience_of(json);
  result.expires_at = time_of(json, "exp");
  result.issued_at = time_of(json, "iat");
  return result;
}

void assertion_judge::check(std::string_view jwt, const jwt_key& key,
                            const std::vector<std::string>& audiences,
                            caf::timestamp now) {
  using std::chrono::seconds;
  check_signature(jwt, key);
  const auto claims = read_claims(jwt);
  const auto at = std::chrono::floor<seconds>(now.time_since_epoch()).count();
  require(claims.expires_at.has_value(), "it never expires");
  require(at < *claims.expires_at + leeway.count(), "it has expired");
  require(!claims.issued_at || *claims.issued_at <= at + leeway.count(),
          "it was issued in the future");
  require(std::ranges::find_first_of(claims.audience, audiences)
            != claims.audience.end(),
          "it is meant for somebody else");
  require(!claims.id.empty(), "it has no identifier");
  check_replay(claims, at);
}

void assertion_judge::check_replay(const jwt_claims& claims, std::int64_t now) {
  const auto guard = std::unique_lock{mutex_};
  std::erase_if(used_, [now](const auto& x) { return x.second <= now; });
  const auto until = *claims.expires_at + leeway.count();
  require(used_.emplace(claims.issuer + ' ' + claims.id, until).second,
          "it was used before");
}

} // namespace bearer::test
