#pragma once

#include <bearer/source/detail/child_process.hpp>

#include "support/http_client.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bearer::test {

/// Skips the test case if there is no such file; but fails it if the
/// environment has `CI`.
void require_file(const std::string& path);

/// A program that serves HTTPS on a port of this machine. It ends with this
/// object, however this program ends.
class server_process {
public:
  /// Prepares the program for a port and tells how it is called.
  using preparation
    = std::function<std::vector<std::string>(const server_process&)>;

  /// Starts the program on a free port and waits until it answers.
  /// @param ca_file What its certificate is of, and nobody else's.
  server_process(http_fixture& http, std::string ca_file, preparation prepare);

  server_process(const server_process&) = delete;

  server_process& operator=(const server_process&) = delete;

  std::uint16_t port() const {
    return port_;
  }

  /// The URL of something here.
  std::string url(std::string_view path = "") const;

  /// Kills it without a warning.
  void kill();

  /// Starts it anew after its end, on the same port.
  void restart();

private:
  void launch();
  bool comes_up();
  bool answers();

  http_fixture& http_;
  std::string ca_file_;
  preparation prepare_;
  std::uint16_t port_ = 0;
  std::optional<detail::child_process> process_;
};

} // namespace bearer::test
