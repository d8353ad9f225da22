#include <bearer/error.hpp>
#include <bearer/oauth2/detail/error_text.hpp>
#include <bearer/oauth2/detail/form.hpp>
#include <bearer/oauth2/detail/openssl_errors.hpp>
#include <bearer/oauth2/detail/signing.hpp>
#include <bearer/source/detail/expand_path.hpp>
#include <bearer/source/detail/token_file.hpp>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace bearer::detail {

namespace {

using oauth2::algorithm;

/// Far above the longest key in use.
constexpr std::size_t max_key_size = std::size_t{64} * 1024;

struct deleter {
  void operator()(BIO* ptr) const noexcept {
    BIO_free(ptr);
  }

  void operator()(EVP_PKEY* ptr) const noexcept {
    EVP_PKEY_free(ptr);
  }
};

caf::error failed(std::string what) {
  return caf::make_error(errc::signing_failed, std::move(what));
}

/// Stands in for OpenSSL's own, which asks at the terminal.
int refuse_passphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

bool is_rsa(algorithm x) noexcept {
  return x == algorithm::rs256 || x == algorithm::rs384
         || x == algorithm::rs512;
}

/// The curve that goes with an algorithm (RFC 7518, section 3.4), as OpenSSL
/// calls it.
std::string_view curve_of(algorithm x) noexcept {
  if (x == algorithm::es256)
    return "prime256v1";
  return x == algorithm::es384 ? "secp384r1" : "secp521r1";
}

std::string_view curve_of(const EVP_PKEY* key, std::span<char> memory) {
  auto size = std::size_t{0};
  if (EVP_PKEY_get_group_name(key, memory.data(), memory.size(), &size) != 1)
    return "unknown";
  return {memory.data(), size};
}

/// What is wrong with a key for this algorithm; empty if nothing.
std::string complaint(const EVP_PKEY* key, algorithm wanted) {
  const auto type = EVP_PKEY_get_base_id(key);
  if (is_rsa(wanted))
    return type == EVP_PKEY_RSA ? "" : "is no RSA key";
  if (type != EVP_PKEY_EC)
    return "is no EC key";
  auto memory = std::array<char, 64>{};
  const auto curve = curve_of(key, memory);
  if (curve == curve_of(wanted))
    return {};
  auto result = std::string{"is on the curve "};
  return result.append(curve).append(" instead of ").append(curve_of(wanted));
}

} // namespace

std::string name_of(const oauth2::signing_key& key) {
  return key.file.empty() ? "the key" : "file '" + key.file + '\'';
}

caf::expected<wiped_buffer> read_key(const oauth2::signing_key& key) {
  if (key.file.empty()) {
    auto result = wiped_buffer{key.pem.size()};
    append(result, key.pem.view());
    return result;
  }
  auto path = expand_path(key.file);
  if (!path)
    return failed(error_text(path.error()));
  auto file = read_token_file(*path, max_key_size);
  if (!file)
    return failed(error_text(file.error()));
  return std::move(file->content);
}

caf::error check_key(const wiped_buffer& pem, const oauth2::signing_key& key) {
  const auto errors = openssl_errors{};
  auto asked = false;
  const auto text = std::unique_ptr<BIO, deleter>{
    BIO_new_mem_buf(pem.view().data(), static_cast<int>(pem.size()))};
  const auto parsed = std::unique_ptr<EVP_PKEY, deleter>{
    PEM_read_bio_PrivateKey(text.get(), nullptr, refuse_passphrase, &asked)};
  if (asked)
    return failed(name_of(key) + " is encrypted, its passphrase is not known");
  if (!parsed)
    return failed(name_of(key) + " holds no private key in PEM");
  if (auto what = complaint(parsed.get(), key.algorithm); !what.empty())
    return failed(name_of(key) + ' ' + what);
  return {};
}

} // namespace bearer::detail
