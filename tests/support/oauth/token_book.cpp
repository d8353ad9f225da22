#include "support/oauth/token_book.hpp"

#include <openssl/rand.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace bearer::test {

namespace {

std::string random_token(std::string_view prefix) {
  constexpr auto digits = std::string_view{"0123456789abcdef"};
  auto bytes = std::array<unsigned char, 32>{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw std::runtime_error("no random bytes");
  auto result = std::string{prefix};
  for (const auto byte : bytes) {
    result += digits[byte >> 4u];
    result += digits[byte & 0xfu];
  }
  return result;
}

} // namespace

// -- access tokens ------------------------------------------------------------

std::string token_book::issue(token_rights rights, caf::timestamp expires_at) {
  auto result = random_token(access_prefix);
  const auto guard = std::unique_lock{mutex_};
  tokens_.emplace(result, access{std::move(rights), expires_at});
  return result;
}

token_state token_book::state_of(const std::string& token,
                                 caf::timestamp now) const {
  const auto guard = std::unique_lock{mutex_};
  const auto at = tokens_.find(token);
  if (at == tokens_.end())
    return token_state::unknown;
  if (at->second.revoked)
    return token_state::revoked;
  return now < at->second.expires_at ? token_state::good : token_state::expired;
}

std::optional<token_rights>
token_book::rights_of(const std::string& token) const {
  const auto guard = std::unique_lock{mutex_};
  const auto at = tokens_.find(token);
  if (at == tokens_.end())
    return std::nullopt;
  return at->second.rights;
}

void token_book::revoke_all() {
  const auto guard = std::unique_lock{mutex_};
  for (auto& [text, what] : tokens_)
    what.revoked = true;
}

std::size_t token_book::issued() const {
  const auto guard = std::unique_lock{mutex_};
  return tokens_.size();
}

// -- refresh tokens -----------------------------------------------------------

std::string token_book::begin_family(token_rights rights) {
  auto result = random_token(refresh_prefix);
  const auto guard = std::unique_lock{mutex_};
  families_.emplace(result, std::make_shared<family>(
                              family{std::move(rights), result}));
  return result;
}

std::optional<refreshed> token_book::use(const std::string& refresh_token,
                                         const std::string& client,
                                         bool replace) {
  const auto guard = std::unique_lock{mutex_};
  const auto at = families_.find(refresh_token);
  if (at == families_.end() || at->second->rights.client != client)
    return std::nullopt;
  const auto which = at->second;
  if (which->good != refresh_token) {
    which->good.clear();
    return std::nullopt;
  }
  if (replace) {
    which->good = random_token(refresh_prefix);
    families_.emplace(which->good, which);
  }
  return refreshed{which->rights, which->good};
}

void token_book::revoke_families() {
  const auto guard = std::unique_lock{mutex_};
  for (auto& [text, which] : families_)
    which->good.clear();
}

} // namespace bearer::test
