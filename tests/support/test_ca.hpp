#pragma once

#include "support/tcp_server.hpp"
#include "support/temp_folder.hpp"

#include <memory>
#include <string>

namespace bearer::test {

/// Certificate authority for the length of a test.
class test_ca {
public:
  /// What is in a certificate.
  struct wish {
    /// Comma-separated, as in `IP:127.0.0.1,DNS:localhost`.
    std::string names = "IP:127.0.0.1,DNS:localhost";
    /// Whether it has expired yesterday.
    bool expired = false;
  };

  explicit test_ca(std::string name = "libbearer test CA");

  test_ca(const test_ca&) = delete;

  test_ca& operator=(const test_ca&) = delete;

  ~test_ca();

  /// The authority's own certificate, a PEM file.
  std::string file() const;

  /// A folder with nothing but that certificate, as OpenSSL wants it.
  std::string folder() const;

  /// Makes a key and a certificate for it.
  tls_files issue(const wish& what);

  /// The same with the usual content.
  tls_files issue() {
    return issue(wish{});
  }

private:
  struct keys;

  temp_folder folder_;
  std::unique_ptr<keys> keys_;
  int count_ = 0;
};

} // namespace bearer::test
