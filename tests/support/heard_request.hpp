#pragma once

#include "support/tcp_server.hpp"

#include <functional>
#include <string>
#include <utility>

namespace bearer::test {

/// A request of HTTP, taken apart.
struct heard_request {
  explicit heard_request(const std::string& text)
    : line(text.substr(0, text.find("\r\n"))),
      header(text.substr(0, text.find("\r\n\r\n") + 2)),
      body(text.substr(text.find("\r\n\r\n") + 4)) {
    // nop
  }

  /// The first line, such as `GET /path HTTP/1.1`.
  std::string line;

  /// The header with its first line.
  std::string header;

  std::string body;
};

/// Answers each request of a connection with what `reply` writes.
inline tcp_server::script
each_request(std::function<void(connection&, const heard_request&)> reply) {
  return [reply = std::move(reply)](connection& to) {
    for (auto text = to.read_request(); !text.empty(); text = to.read_request())
      reply(to, heard_request{text});
  };
}

} // namespace bearer::test
