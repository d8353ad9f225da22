#include <bearer/detail/caf_compat.hpp>
#include <bearer/remote/detail/tls_errors.hpp>

#include <caf/action.hpp>
#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/io/middleman.hpp>
#include <caf/openssl/manager.hpp>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cstddef>
#include <utility>

namespace bearer::remote::detail {

namespace {

/// Whether this thread is one of an actor system's network: what others do with
/// OpenSSL is not our business.
thread_local auto is_network_thread = false;

/// OpenSSL calls it on the way in and out of each use of a socket.
long on_use(BIO*, int how, const char*, std::size_t, int, long, int result,
            std::size_t*) noexcept {
  if (how == BIO_CB_READ && is_network_thread)
    ERR_clear_error();
  return result;
}

/// OpenSSL calls it now and then in a handshake, at whose start the socket is
/// there.
void on_step(const SSL* connection, int where, int) noexcept {
  if ((where & SSL_CB_HANDSHAKE_START) != 0)
    BIO_set_callback_ex(SSL_get_rbio(connection), on_use);
}

/// OpenSSL calls it while a connection is made.
void on_begin(void* connection, void*, CRYPTO_EX_DATA*, int, long,
              void*) noexcept {
  if (is_network_thread)
    SSL_set_info_callback(static_cast<SSL*>(connection), on_step);
}

void mark_thread() {
  is_network_thread = true;
}

} // namespace

tls_errors_apart::tls_errors_apart() noexcept
  : before_(std::exchange(is_network_thread, true)) {
  ERR_set_mark();
}

tls_errors_apart::~tls_errors_apart() {
  ERR_pop_to_mark();
  is_network_thread = before_;
}

void keep_tls_errors_apart(caf::actor_system& sys) {
  // OpenSSL's way to learn of connections that others make.
  static const auto index = SSL_get_ex_new_index(0, nullptr, on_begin, nullptr,
                                                 nullptr);
  static_cast<void>(index);
  // One thread works with all connections. Another one makes those that an
  // application connects by CAF's own means.
  sys.middleman().backend().post(mark_thread);
  const auto connector = sys.openssl_manager().actor_handle();
  bearer::detail::anon_mail(caf::actor_cast<caf::actor>(connector),
                            caf::make_action(mark_thread));
}

} // namespace bearer::remote::detail
