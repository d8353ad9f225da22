#include "support/tcp_server.hpp"

#include "support/real_time.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bearer::test {

namespace {

/// Long, because a client with many connections leaves some alone for a while
/// on a slow machine.
constexpr auto patience_ms = static_cast<int>(
  std::chrono::duration_cast<std::chrono::milliseconds>(4 * patience).count());

void require(bool condition, const char* what) {
  if (!condition)
    throw std::runtime_error(what);
}

int make_socket() {
  const auto result = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  require(result >= 0, "no socket");
  return result;
}

/// A port of this machine.
sockaddr_in address_of(std::uint16_t port) {
  auto result = sockaddr_in{};
  result.sin_family = AF_INET;
  result.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  result.sin_port = htons(port);
  return result;
}

/// Binds a socket to a port of this machine, a free one if it is 0.
int bind_to(std::uint16_t& port) {
  const auto result = make_socket();
  // Lets two sockets have it as long as only one of them listens.
  const auto yes = 1;
  ::setsockopt(result, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  auto address = address_of(port);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  auto size = socklen_t{sizeof(address)};
  require(::bind(result, generic, size) == 0, "cannot bind");
  require(::getsockname(result, generic, &size) == 0, "no port");
  port = ntohs(address.sin_port);
  return result;
}

/// Whether `fd` can be read in good time.
bool wait_readable(int fd) {
  auto what = pollfd{fd, POLLIN, 0};
  return ::poll(&what, 1, patience_ms) == 1;
}

/// Resets a connection now, and not when its socket is closed.
void disconnect(int fd) {
  auto nowhere = sockaddr{};
  nowhere.sa_family = AF_UNSPEC;
  ::connect(fd, &nowhere, sizeof(nowhere));
}

class plain_connection : public connection {
public:
  explicit plain_connection(int fd) : fd_(fd) {
    // nop
  }

  bool write(std::string_view text) override {
    while (!text.empty()) {
      const auto count = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (count <= 0)
        return false;
      text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }

  void reset() override {
    disconnect(fd_);
  }

  void finish() override {
    ::shutdown(fd_, SHUT_WR);
  }

  void close() override {
    ::shutdown(fd_, SHUT_RDWR);
  }

protected:
  std::ptrdiff_t read_some(char* into, std::size_t size) override {
    return wait_readable(fd_) ? ::recv(fd_, into, size, 0) : -1;
  }

private:
  int fd_;
};

/// The end of a client, whose socket is its own.
class client_connection : public plain_connection {
public:
  explicit client_connection(int fd) : plain_connection(fd), fd_(fd) {
    // nop
  }

  ~client_connection() override {
    ::close(fd_);
  }

private:
  int fd_;
};

class tls_connection : public connection {
public:
  tls_connection(int fd, SSL_CTX* context)
    : fd_(fd), ssl_(SSL_new(context), SSL_free) {
    SSL_set_fd(ssl_.get(), fd);
  }

  bool handshake() {
    return SSL_accept(ssl_.get()) == 1;
  }

  bool write(std::string_view text) override {
    return SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()))
           > 0;
  }

  void reset() override {
    disconnect(fd_);
  }

  void finish() override {
    SSL_shutdown(ssl_.get());
  }

  void close() override {
    SSL_shutdown(ssl_.get());
    ::shutdown(fd_, SHUT_RDWR);
  }

protected:
  std::ptrdiff_t read_some(char* into, std::size_t size) override {
    if (SSL_pending(ssl_.get()) == 0 && !wait_readable(fd_))
      return -1;
    return std::max(SSL_read(ssl_.get(), into, static_cast<int>(size)), 0);
  }

private:
  int fd_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
};

/// Chooses HTTP/2 if it is offered, else what the client likes best.
int choose_http2(SSL*, const unsigned char** chosen, unsigned char* size,
                 const unsigned char* offered, unsigned int offered_size,
                 void*) {
  static constexpr auto http2 = std::to_array<unsigned char>({2, 'h', '2'});
  auto* out = static_cast<unsigned char*>(nullptr);
  SSL_select_next_proto(&out, size, http2.data(), http2.size(), offered,
                        offered_size);
  *chosen = out;
  return SSL_TLSEXT_ERR_OK;
}

std::shared_ptr<SSL_CTX> make_context(const tls_files& files) {
  auto result = std::shared_ptr<SSL_CTX>(SSL_CTX_new(TLS_server_method()),
                                         SSL_CTX_free);
  auto* ctx = result.get();
  require(SSL_CTX_use_certificate_file(ctx, files.certificate.c_str(),
                                       SSL_FILETYPE_PEM)
              == 1
            && SSL_CTX_use_PrivateKey_file(ctx, files.key.c_str(),
                                           SSL_FILETYPE_PEM)
                 == 1,
          "bad certificate or key");
  if (files.prefers_http2)
    SSL_CTX_set_alpn_select_cb(ctx, choose_http2, nullptr);
  if (files.client_ca.empty())
    return result;
  require(SSL_CTX_load_verify_locations(ctx, files.client_ca.c_str(), nullptr)
            == 1,
          "bad CA");
  SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                     nullptr);
  return result;
}

/// The value of `Content-Length`, 0 if there is none.
std::size_t body_size(std::string header) {
  std::ranges::transform(header, header.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  constexpr auto name = std::string_view{"\r\ncontent-length:"};
  const auto at = header.find(name);
  return at == std::string::npos ? 0
                                 : std::stoul(header.substr(at + name.size()));
}

} // namespace

// -- connection ---------------------------------------------------------------

std::string connection::read_request() {
  auto wanted = std::optional<std::size_t>{};
  for (;;) {
    const auto end = unread_.find("\r\n\r\n");
    if (!wanted && end != std::string::npos)
      wanted = end + 4 + body_size(unread_.substr(0, end));
    if (wanted && unread_.size() >= *wanted) {
      auto result = unread_.substr(0, *wanted);
      unread_.erase(0, *wanted);
      return result;
    }
    auto buffer = std::array<char, 4096>{};
    const auto count = read_some(buffer.data(), buffer.size());
    if (count <= 0)
      return {};
    unread_.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

std::string connection::read() {
  if (!unread_.empty())
    return std::exchange(unread_, {});
  auto buffer = std::array<char, 4096>{};
  const auto count = read_some(buffer.data(), buffer.size());
  return {buffer.data(), static_cast<std::size_t>(std::max(count, {}))};
}

bool connection::answer(std::string_view body, std::string_view status,
                        std::string_view fields) {
  auto text = std::string{"HTTP/1.1 "};
  text.append(status).append("\r\nContent-Length: ");
  text.append(std::to_string(body.size())).append("\r\n");
  text.append(fields).append("\r\n").append(body);
  return write(text);
}

bool connection::wait_for_close() {
  auto buffer = std::array<char, 4096>{};
  for (;;) {
    const auto count = read_some(buffer.data(), buffer.size());
    // A reset is a close too; only waiting in vain is none.
    if (count <= 0)
      return count == 0 || errno == ECONNRESET;
  }
}

// -- tcp_server ---------------------------------------------------------------

tcp_server::tcp_server(script what, const tls_files& files)
  : tcp_server(std::move(what), std::optional{files}, 0) {
  // nop
}

tcp_server::tcp_server(script what, const std::optional<tls_files>& files,
                       std::uint16_t port)
  : script_(std::move(what)),
    tls_(files ? make_context(*files) : nullptr),
    port_(port) {
  // OpenSSL writes to connections that clients have closed.
  std::signal(SIGPIPE, SIG_IGN);
  keeper_ = bind_to(port_);
  accept_connections();
}

tcp_server::~tcp_server() {
  refuse_connections();
  for (auto& thread : threads_)
    thread.join();
  ::close(keeper_);
}

void tcp_server::accept_connections() {
  if (!refusing_)
    return;
  listener_ = bind_to(port_);
  require(::listen(listener_, SOMAXCONN) == 0, "cannot listen");
  refusing_ = false;
  acceptor_ = std::thread{[this] { accept_all(); }};
}

void tcp_server::refuse_connections() {
  if (!acceptor_.joinable())
    return;
  {
    const auto guard = std::unique_lock{mutex_};
    refusing_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    for (const auto fd : open_)
      ::shutdown(fd, SHUT_RDWR);
  }
  acceptor_.join();
  ::close(listener_);
}

std::string tcp_server::url(std::string_view path) const {
  auto result = std::string{tls_ ? "https://" : "http://"};
  result.append("127.0.0.1:").append(std::to_string(port_)).append(path);
  return result;
}

void tcp_server::accept_all() {
  for (;;) {
    const auto fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const auto guard = std::unique_lock{mutex_};
    if (refusing_) {
      if (fd >= 0)
        ::close(fd);
      return;
    }
    if (fd < 0)
      continue;
    join_finished();
    open_.push_back(fd);
    threads_.emplace_back([this, fd] { serve(fd); });
  }
}

void tcp_server::serve(int fd) {
  if (tls_) {
    auto tls = tls_connection{fd, static_cast<SSL_CTX*>(tls_.get())};
    if (tls.handshake()) {
      ++connections_;
      script_(tls);
    }
  } else {
    auto plain = plain_connection{fd};
    ++connections_;
    script_(plain);
  }
  const auto guard = std::unique_lock{mutex_};
  std::erase(open_, fd);
  finished_.push_back(std::this_thread::get_id());
  ::close(fd);
}

void tcp_server::join_finished() {
  for (const auto id : std::exchange(finished_, {})) {
    const auto which = std::ranges::find(threads_, id, &std::thread::get_id);
    which->join();
    threads_.erase(which);
  }
}

tcp_server::script tcp_server::always(std::string body) {
  return [body = std::move(body)](connection& peer) {
    while (!peer.read_request().empty())
      if (!peer.answer(body))
        return;
  };
}

std::unique_ptr<connection> connect_to(std::uint16_t port) {
  const auto fd = make_socket();
  auto result = std::make_unique<client_connection>(fd);
  const auto address = address_of(port);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address),
                sizeof(address))
      != 0)
    return nullptr;
  return result;
}

std::uint16_t closed_port() {
  auto result = std::uint16_t{0};
  ::close(bind_to(result));
  return result;
}

} // namespace bearer::test
