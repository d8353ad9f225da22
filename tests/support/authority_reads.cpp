#include "support/authority_reads.hpp"

#include <openssl/x509_vfy.h>

#include <atomic>

#include <dlfcn.h>

namespace bearer::test {

namespace {

std::atomic<int> reads = 0;

} // namespace

int authority_reads() noexcept {
  return reads;
}

} // namespace bearer::test

extern "C" __attribute__((visibility("default"))) int
X509_STORE_load_file(X509_STORE* store, const char* file) {
  using function = int (*)(X509_STORE*, const char*);
  static const auto next
    = reinterpret_cast<function>(::dlsym(RTLD_NEXT, "X509_STORE_load_file"));
  ++bearer::test::reads;
  return next(store, file);
}
