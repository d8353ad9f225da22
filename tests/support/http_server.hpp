#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace bearer::test {

/// What a client sent.
struct heard_request {
  /// The first line, such as `GET /path HTTP/1.1`.
  std::string line;

  /// The header with its first line.
  std::string header;

  std::string body;
};

/// Thrown by a behaviour that wants to close the connection.
struct end_of_connection {};

/// The server's end of a connection. Everything that blocks ends when the
/// server does.
class http_connection {
public:
  explicit http_connection(int fd) : fd_(fd) {
    // nop
  }

  /// Waits for a request; none if the client closes.
  std::optional<heard_request> read();

  void write(std::string_view text);

  /// An answer with everything that it needs.
  void answer(int status, std::string_view body,
              std::string_view more_fields = "");

  /// Waits until the client closes.
  void wait_for_close();

  /// Breaks the connection off, which the client sees as a reset.
  [[noreturn]] void reset();

private:
  bool fill();

  int fd_;
  std::string heard_;
};

/// A server in this process that does what a test says, on a free port of
/// 127.0.0.1. Each connection has a thread of its own.
class http_server {
public:
  using behaviour = std::function<void(http_connection&)>;

  /// @param serve Runs for each connection, which ends with it.
  explicit http_server(behaviour serve);

  http_server(const http_server&) = delete;

  http_server& operator=(const http_server&) = delete;

  ~http_server();

  /// `http://127.0.0.1:port`, and `path` behind it.
  std::string url(std::string_view path = "/") const;

  /// Connections so far.
  std::size_t connections() const {
    return connections_;
  }

private:
  void accept_all();
  void serve(int fd);

  behaviour serve_;
  int listener_;
  int port_ = 0;
  std::atomic<std::size_t> connections_ = 0;
  std::mutex mutex_;
  bool ending_ = false;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

/// Answers each request of a connection with what `reply` writes.
http_server::behaviour
each_request(std::function<void(http_connection&, const heard_request&)> reply);

} // namespace bearer::test
