#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace bearer::test {

/// What a server needs for TLS, as PEM files.
struct tls_files {
  std::string certificate;
  std::string key;
  /// If not empty, then clients must have a certificate of this authority.
  std::string client_ca;
  /// Whether HTTP/2 is agreed upon with clients that offer it (RFC 7301),
  /// though the scripts know nothing of it.
  bool prefers_http2 = false;
};

/// An end of a connection, as a rule the server's, with or without TLS.
class connection {
public:
  virtual ~connection() = default;

  /// Reads a request with its body; empty if the client closed or broke the
  /// connection.
  std::string read_request();

  /// Reads whatever comes next; empty if the client closed or broke the
  /// connection.
  std::string read();

  /// Writes everything; false if the client is gone.
  virtual bool write(std::string_view text) = 0;

  /// Writes an answer with a `Content-Length`.
  bool answer(std::string_view body, std::string_view status = "200 OK",
              std::string_view fields = {});

  /// Waits until the client is gone; whether it said so in good time.
  bool wait_for_close();

  /// Breaks the connection at once.
  virtual void reset() = 0;

  /// Says that nothing more will be written. One can still read.
  virtual void finish() = 0;

  /// Ends the connection, after all that was written. Whoever reads gets no
  /// more.
  virtual void close() = 0;

protected:
  /// At most `size` bytes, 0 at the end, -1 on failure.
  virtual std::ptrdiff_t read_some(char* into, std::size_t size) = 0;

private:
  std::string unread_;
};

/// A server on a port of this machine that runs a script for each connection,
/// on a thread of its own. Its end breaks all connections.
class tcp_server {
public:
  using script = std::function<void(connection&)>;

  explicit tcp_server(script what)
    : tcp_server(std::move(what), std::nullopt, 0) {
    // nop
  }

  /// The same over TLS.
  tcp_server(script what, const tls_files& files);

  /// With TLS if there are files for it, and on this port unless it is 0.
  tcp_server(script what, const std::optional<tls_files>& files,
             std::uint16_t port);

  tcp_server(const tcp_server&) = delete;

  tcp_server& operator=(const tcp_server&) = delete;

  ~tcp_server();

  std::uint16_t port() const {
    return port_;
  }

  /// The URL of something here, by number.
  std::string url(std::string_view path = "/") const;

  /// Breaks all connections and refuses new ones. Not for several threads at
  /// once.
  void refuse_connections();

  /// Takes connections again after `refuse_connections`, on the same port. Not
  /// for several threads at once.
  void accept_connections();

  /// Connections that were accepted so far; with TLS those whose handshake went
  /// well.
  std::size_t connections() const {
    return connections_;
  }

  /// Answers every request on every connection with the same.
  static script always(std::string body);

private:
  void accept_all();
  void serve(int fd);
  void join_finished();

  script script_;
  std::shared_ptr<void> tls_;
  std::uint16_t port_ = 0;
  // Never listens: keeps the port while connections are refused.
  int keeper_ = -1;
  int listener_ = -1;
  std::atomic<std::size_t> connections_ = 0;
  std::mutex mutex_;
  bool refusing_ = true;
  std::vector<int> open_;
  std::list<std::thread> threads_;
  // Those of them that need no more than joining.
  std::vector<std::thread::id> finished_;
  std::thread acceptor_;
};

/// The client's end of a connection to a port of this machine, without TLS;
/// nothing if nobody listens there.
std::unique_ptr<connection> connect_to(std::uint16_t port);

/// A port of this machine where nobody listens.
std::uint16_t closed_port();

} // namespace bearer::test
