#include <bearer/detail/caf_compat.hpp>
#include <bearer/error.hpp>
#include <bearer/remote/detail/tls_setup.hpp>

#include <caf/actor_system_config.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>
#include <string_view>

namespace bearer::remote::detail {

namespace {

using context_ptr = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

caf::error complain(std::string_view option, const std::string& about) {
  return caf::make_error(errc::invalid_setting,
                         "caf.openssl." + std::string{option} + ": " + about);
}

/// What OpenSSL says, and an empty queue of its errors.
std::string last_error() {
  const auto code = ERR_get_error();
  ERR_clear_error();
  const auto* text = ERR_reason_error_string(code);
  return text != nullptr ? text : "cannot be read";
}

caf::error cannot_use(std::string_view option, const std::string& file) {
  return complain(option, file + ": " + last_error());
}

/// OpenSSL asks for the passphrase.
int give_passphrase(char* to, int size, int, void* from) {
  const auto& text = *static_cast<const std::string*>(from);
  const auto length = std::min(text.size(), static_cast<std::size_t>(size));
  std::copy_n(text.data(), length, to);
  return static_cast<int>(length);
}

caf::error find_gap(const tls_setup& setup) {
  if (setup.certificate.empty())
    return complain("certificate", "must be set beside the others");
  if (setup.key.empty())
    return complain("key", "must be set beside the others");
  if (setup.cafile.empty() && setup.capath.empty())
    return complain("cafile", "must be set, else nobody's certificate is"
                              " believed");
  return {};
}

const char* or_null(const std::string& text) {
  return text.empty() ? nullptr : text.c_str();
}

caf::error try_out(const tls_setup& setup, SSL_CTX* ctx) {
  const auto& cert = setup.certificate;
  if (SSL_CTX_use_certificate_chain_file(ctx, cert.c_str()) != 1)
    return cannot_use("certificate", cert);
  if (X509_cmp_current_time(X509_get0_notAfter(SSL_CTX_get0_certificate(ctx)))
      < 0)
    return complain("certificate", cert + ": has expired");
  auto passphrase = setup.passphrase;
  SSL_CTX_set_default_passwd_cb(ctx, give_passphrase);
  SSL_CTX_set_default_passwd_cb_userdata(ctx, &passphrase);
  if (SSL_CTX_use_PrivateKey_file(ctx, setup.key.c_str(), SSL_FILETYPE_PEM)
      != 1)
    return cannot_use("key", setup.key);
  if (SSL_CTX_check_private_key(ctx) != 1)
    return complain("key", setup.key + ": is not that of " + cert);
  if (SSL_CTX_load_verify_locations(ctx, or_null(setup.cafile),
                                    or_null(setup.capath))
      != 1)
    return cannot_use("cafile",
                      setup.cafile.empty() ? setup.capath : setup.cafile);
  if (!setup.ciphers.empty()
      && SSL_CTX_set_cipher_list(ctx, setup.ciphers.c_str()) != 1)
    return complain("cipher-list", last_error());
  return {};
}

} // namespace

tls_setup read_tls_setup(const caf::actor_system_config& config) {
  auto get = [&](std::string_view name) {
    return bearer::detail::openssl_option(config, name);
  };
  return {get("certificate"), get("key"),    get("passphrase"),
          get("cafile"),      get("capath"), get("cipher-list")};
}

caf::error check(const tls_setup& setup) {
  if (auto err = find_gap(setup))
    return err;
  ERR_clear_error();
  auto ctx = context_ptr{SSL_CTX_new(TLS_method()), &SSL_CTX_free};
  if (!ctx)
    return complain("certificate", last_error());
  return try_out(setup, ctx.get());
}

} // namespace bearer::remote::detail
