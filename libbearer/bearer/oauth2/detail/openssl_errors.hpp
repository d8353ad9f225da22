#pragma once

#include <openssl/err.h>

namespace bearer::detail {

/// Takes back the errors that OpenSSL notes for this thread within the scope,
/// lest somebody else takes them for their own.
class openssl_errors {
public:
  openssl_errors() noexcept {
    ERR_set_mark();
  }

  openssl_errors(const openssl_errors&) = delete;

  openssl_errors& operator=(const openssl_errors&) = delete;

  ~openssl_errors() {
    ERR_pop_to_mark();
  }
};

} // namespace bearer::detail
