#include <bearer/remote/detail/tls_errors.hpp>

#include <caf/actor_system.hpp>
#include <caf/io/middleman.hpp>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

namespace bearer::remote::detail {

namespace {

/// Whether this thread is that of an actor system's network: what others do
/// with OpenSSL is not our business.
thread_local auto is_network_thread = false;

void forget_errors() noexcept {
  if (is_network_thread)
    ERR_clear_error();
}

/// OpenSSL calls it on the way in and out of each step of a handshake. A
/// failure stays one without its reason.
void on_step(const SSL*, int where, int) noexcept {
  if ((where & SSL_CB_EXIT) != 0)
    forget_errors();
}

/// OpenSSL calls it at the end of the making of a connection.
void on_begin(void* connection, void*, CRYPTO_EX_DATA*, int, long,
              void*) noexcept {
  forget_errors();
  if (is_network_thread)
    SSL_set_info_callback(static_cast<SSL*>(connection), on_step);
}

/// OpenSSL calls it when a connection is freed.
void on_end(void*, void*, CRYPTO_EX_DATA*, int, long, void*) noexcept {
  forget_errors();
}

} // namespace

void keep_tls_errors_apart(caf::actor_system& sys) {
  // OpenSSL's way to learn of connections that others make.
  static const auto index = SSL_get_ex_new_index(0, nullptr, on_begin, nullptr,
                                                 on_end);
  static_cast<void>(index);
  sys.middleman().backend().post([] { is_network_thread = true; });
}

} // namespace bearer::remote::detail
