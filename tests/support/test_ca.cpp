#include "support/test_ca.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <utility>

namespace bearer::test {

namespace {

using key_ptr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using certificate_ptr = std::unique_ptr<X509, decltype(&X509_free)>;

constexpr long day = 24L * 60 * 60;

void require(bool condition) {
  if (!condition)
    throw std::runtime_error("cannot make a certificate");
}

template <class F>
void write_pem(const std::string& path, F write) {
  auto* out = std::fopen(path.c_str(), "wb");
  require(out != nullptr);
  const auto ok = write(out) == 1;
  require(std::fclose(out) == 0 && ok);
}

void add_extension(X509* x, X509* issuer, int nid, const char* value) {
  auto context = X509V3_CTX{};
  X509V3_set_ctx(&context, issuer, x, nullptr, nullptr, 0);
  auto* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  require(extension != nullptr);
  X509_add_ext(x, extension, -1);
  X509_EXTENSION_free(extension);
}

/// A certificate that still lacks extensions and signature.
certificate_ptr draft(EVP_PKEY* key, const std::string& name, bool expired) {
  static auto serial = 0L;
  auto result = certificate_ptr{X509_new(), X509_free};
  auto* x = result.get();
  X509_set_version(x, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(x), -10 * day);
  X509_gmtime_adj(X509_getm_notAfter(x), expired ? -day : day);
  X509_set_pubkey(x, key);
  X509_NAME_add_entry_by_txt(
    X509_get_subject_name(x), "CN", MBSTRING_UTF8,
    reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return result;
}

} // namespace

struct test_ca::keys {
  key_ptr key{EVP_EC_gen("P-256"), EVP_PKEY_free};
  certificate_ptr certificate{nullptr, X509_free};
};

test_ca::test_ca(std::string name) : keys_(std::make_unique<keys>()) {
  auto* key = keys_->key.get();
  require(key != nullptr);
  keys_->certificate = draft(key, name, false);
  auto* x = keys_->certificate.get();
  X509_set_issuer_name(x, X509_get_subject_name(x));
  add_extension(x, x, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(x, x, NID_key_usage, "critical,keyCertSign");
  add_extension(x, x, NID_subject_key_identifier, "hash");
  require(X509_sign(x, key, EVP_sha256()) > 0);
  const auto write = [x](std::FILE* out) { return PEM_write_X509(out, x); };
  write_pem(file(), write);
  // The name by which OpenSSL finds it.
  auto hash = std::array<char, 16>{};
  std::snprintf(hash.data(), hash.size(), "%08lx.0", X509_subject_name_hash(x));
  std::filesystem::create_directory(folder());
  write_pem(folder() + "/" + hash.data(), write);
}

test_ca::~test_ca() = default;

std::string test_ca::file() const {
  return folder_.path("ca.pem");
}

std::string test_ca::folder() const {
  return folder_.path("folder");
}

tls_files test_ca::issue(const wish& what) {
  const auto stem = folder_.path(std::to_string(++count_));
  auto result = tls_files{stem + ".crt", stem + ".key", {}};
  const auto key = key_ptr{EVP_EC_gen("P-256"), EVP_PKEY_free};
  const auto owner = draft(key.get(), "libbearer test", what.expired);
  auto* x = owner.get();
  auto* issuer = keys_->certificate.get();
  X509_set_issuer_name(x, X509_get_subject_name(issuer));
  add_extension(x, issuer, NID_subject_alt_name, what.names.c_str());
  require(X509_sign(x, keys_->key.get(), EVP_sha256()) > 0);
  write_pem(result.certificate,
            [&](std::FILE* out) { return PEM_write_X509(out, x); });
  write_pem(result.key, [&](std::FILE* out) {
    return PEM_write_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr,
                                nullptr);
  });
  return result;
}

} // namespace bearer::test
