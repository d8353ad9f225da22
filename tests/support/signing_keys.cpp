#include "support/signing_keys.hpp"

#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <stdexcept>

namespace bearer::test {

namespace {

struct deleter {
  void operator()(BIO* ptr) const noexcept {
    BIO_free(ptr);
  }

  void operator()(EVP_MD_CTX* ptr) const noexcept {
    EVP_MD_CTX_free(ptr);
  }

  void operator()(ECDSA_SIG* ptr) const noexcept {
    ECDSA_SIG_free(ptr);
  }
};

void require(bool holds, const char* what) {
  if (!holds)
    throw std::runtime_error(what);
}

/// What `write` writes.
template <class F>
std::string written(F write) {
  const auto out = std::unique_ptr<BIO, deleter>{BIO_new(BIO_s_mem())};
  require(write(out.get()) == 1, "cannot write a key");
  char* data = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

/// Base64 for URLs, without padding (RFC 7515, section 2).
std::string base64url_decoded(std::string_view text) {
  constexpr auto alphabet = std::string_view{
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "abcdefghijklmnopqrstuvwxyz0123456789-_"};
  auto result = std::string{};
  auto bits = 0u;
  auto count = 0;
  for (auto c : text) {
    const auto value = alphabet.find(c);
    require(value != std::string_view::npos, "no base64url");
    bits = (bits << 6u) | static_cast<unsigned>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      result
        += static_cast<char>((bits >> static_cast<unsigned>(count)) & 0xffu);
    }
  }
  return result;
}

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// A JWT has the two numbers side by side (RFC 7518, section 3.4), OpenSSL
/// wants them in DER.
std::string to_der(std::string_view signature) {
  const auto half = signature.size() / 2;
  const auto numbers = std::unique_ptr<ECDSA_SIG, deleter>{ECDSA_SIG_new()};
  require(ECDSA_SIG_set0(numbers.get(),
                         BN_bin2bn(bytes(signature), static_cast<int>(half),
                                   nullptr),
                         BN_bin2bn(bytes(signature.substr(half)),
                                   static_cast<int>(half), nullptr))
            == 1,
          "no ECDSA signature");
  const auto size = i2d_ECDSA_SIG(numbers.get(), nullptr);
  auto result = std::string(static_cast<std::size_t>(size), '\0');
  auto* out = reinterpret_cast<unsigned char*>(result.data());
  i2d_ECDSA_SIG(numbers.get(), &out);
  return result;
}

} // namespace

key_ptr make_rsa_key(unsigned bits) {
  return key_ptr{EVP_RSA_gen(bits)};
}

key_ptr make_ec_key(const char* curve) {
  return key_ptr{EVP_EC_gen(curve)};
}

std::string to_pem(const key_ptr& key, std::string_view passphrase) {
  return written([&](BIO* out) {
    return PEM_write_bio_PrivateKey(
      out, key.get(), passphrase.empty() ? nullptr : EVP_aes_128_cbc(),
      bytes(passphrase), static_cast<int>(passphrase.size()), nullptr, nullptr);
  });
}

std::string to_public_pem(const key_ptr& key) {
  return written(
    [&](BIO* out) { return PEM_write_bio_PUBKEY(out, key.get()); });
}

decoded_jwt decode_jwt(std::string_view text) {
  const auto first = text.find('.');
  const auto last = text.rfind('.');
  require(first != last, "no JWT");
  return {base64url_decoded(text.substr(0, first)),
          base64url_decoded(text.substr(first + 1, last - first - 1)),
          base64url_decoded(text.substr(last + 1)),
          std::string{text.substr(0, last)}};
}

bool verifies(const decoded_jwt& token, const key_ptr& key,
              const char* digest) {
  const auto signature = EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_EC
                           ? to_der(token.signature)
                           : token.signature;
  const auto context = std::unique_ptr<EVP_MD_CTX, deleter>{EVP_MD_CTX_new()};
  const auto result
    = EVP_DigestVerifyInit_ex(context.get(), nullptr, digest, nullptr, nullptr,
                              key.get(), nullptr)
        == 1
      && EVP_DigestVerify(context.get(), bytes(signature), signature.size(),
                          bytes(token.signed_text), token.signed_text.size())
           == 1;
  // A signature that is none leaves an error behind.
  ERR_clear_error();
  return result;
}

std::string form_decoded(std::string_view text) {
  auto result = std::string{};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    result += static_cast<char>(
      std::stoi(std::string{text.substr(i + 1, 2)}, nullptr, 16));
    i += 2;
  }
  return result;
}

std::string form_value(std::string_view form, std::string_view name) {
  while (!form.empty()) {
    const auto pair = form.substr(0, form.find('&'));
    form.remove_prefix(std::min(pair.size() + 1, form.size()));
    const auto equals = pair.find('=');
    if (form_decoded(pair.substr(0, equals)) == name)
      return form_decoded(pair.substr(equals + 1));
  }
  return {};
}

} // namespace bearer::test
