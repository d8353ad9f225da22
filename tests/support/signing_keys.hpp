#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

/// Keys that tests make for themselves, and the look at what was signed with
/// them, by OpenSSL alone.
namespace bearer::test {

struct key_deleter {
  void operator()(EVP_PKEY* ptr) const noexcept {
    EVP_PKEY_free(ptr);
  }
};

using key_ptr = std::unique_ptr<EVP_PKEY, key_deleter>;

key_ptr make_rsa_key(unsigned bits = 2048);

/// @param curve Such as "P-256".
key_ptr make_ec_key(const char* curve);

/// The private key in PEM, encrypted if there is a passphrase.
std::string to_pem(const key_ptr& key, std::string_view passphrase = {});

/// The public key in PEM.
std::string to_public_pem(const key_ptr& key);

/// A JWT in its parts, decoded.
struct decoded_jwt {
  std::string header;
  std::string claims;
  std::string signature;

  /// What the signature is for.
  std::string signed_text;
};

/// Throws if the text has another shape than that of a JWT.
decoded_jwt decode_jwt(std::string_view text);

/// Whether the signature is the key's.
/// @param digest Such as "SHA256".
bool verifies(const decoded_jwt& token, const key_ptr& key, const char* digest);

/// What form-encoding made of a text, as it was.
std::string form_decoded(std::string_view text);

/// The value of a parameter of a form; empty if there is none, or none such.
std::string form_value(std::string_view form, std::string_view name);

} // namespace bearer::test
