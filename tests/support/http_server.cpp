#include "support/http_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

namespace bearer::test {

namespace {

constexpr auto end_of_header = std::string_view{"\r\n\r\n"};

[[noreturn]] void fail(const char* what) {
  throw std::system_error{errno, std::generic_category(), what};
}

sockaddr_in any_port() {
  auto result = sockaddr_in{};
  result.sin_family = AF_INET;
  result.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return result;
}

/// The value of `Content-Length`, as this library's client writes it.
std::size_t content_length(const std::string& header) {
  constexpr auto name = std::string_view{"\r\nContent-Length: "};
  const auto at = header.find(name);
  return at == std::string::npos ? 0
                                 : std::stoul(header.substr(at + name.size()));
}

} // namespace

// -- connections
// -----------------------------------------------------------------

bool http_connection::fill() {
  auto buffer = std::array<char, 16384>{};
  const auto count = ::recv(fd_, buffer.data(), buffer.size(), 0);
  if (count <= 0)
    return false;
  heard_.append(buffer.data(), static_cast<std::size_t>(count));
  return true;
}

std::optional<heard_request> http_connection::read() {
  auto end = std::string::npos;
  while ((end = heard_.find(end_of_header)) == std::string::npos)
    if (!fill())
      return std::nullopt;
  auto result = heard_request{};
  result.header = heard_.substr(0, end + 2);
  result.line = heard_.substr(0, heard_.find("\r\n"));
  const auto begin = end + end_of_header.size();
  const auto size = content_length(result.header);
  while (heard_.size() < begin + size)
    if (!fill())
      return std::nullopt;
  result.body = heard_.substr(begin, size);
  heard_.erase(0, begin + size);
  return result;
}

void http_connection::write(std::string_view text) {
  while (!text.empty()) {
    const auto count = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
    if (count <= 0)
      return; // the client has closed
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

void http_connection::answer(int status, std::string_view body,
                             std::string_view more_fields) {
  auto text = "HTTP/1.1 " + std::to_string(status) + " Status\r\n";
  text.append("Content-Length: ").append(std::to_string(body.size()));
  text.append("\r\n").append(more_fields).append("\r\n").append(body);
  write(text);
}

void http_connection::wait_for_close() {
  while (fill())
    heard_.clear();
}

void http_connection::reset() {
  const auto at_once = linger{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  throw end_of_connection{};
}

// -- the server
// ------------------------------------------------------------------

http_server::http_server(behaviour serve)
  : serve_(std::move(serve)),
    listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  auto address = any_port();
  auto* any = reinterpret_cast<sockaddr*>(&address);
  auto size = socklen_t{sizeof address};
  if (listener_ < 0 || ::bind(listener_, any, size) != 0
      || ::listen(listener_, 4096) != 0
      || ::getsockname(listener_, any, &size) != 0)
    fail("http_server");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread{[this] { accept_all(); }};
}

http_server::~http_server() {
  {
    std::lock_guard guard{mutex_};
    ending_ = true;
    for (const auto fd : open_)
      ::shutdown(fd, SHUT_RDWR);
  }
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (auto& thread : threads_)
    thread.join();
  ::close(listener_);
}

std::string http_server::url(std::string_view path) const {
  return "http://127.0.0.1:" + std::to_string(port_).append(path);
}

void http_server::accept_all() {
  for (;;) {
    const auto fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0)
      return;
    std::lock_guard guard{mutex_};
    if (ending_) {
      ::close(fd);
      return;
    }
    ++connections_;
    open_.push_back(fd);
    threads_.emplace_back([this, fd] { serve(fd); });
  }
}

void http_server::serve(int fd) {
  auto connection = http_connection{fd};
  try {
    serve_(connection);
  } catch (const end_of_connection&) {
    // as the test wants it
  }
  std::lock_guard guard{mutex_};
  std::erase(open_, fd);
  ::close(fd);
}

http_server::behaviour each_request(
  std::function<void(http_connection&, const heard_request&)> reply) {
  return [reply = std::move(reply)](http_connection& to) {
    while (const auto heard = to.read())
      reply(to, *heard);
  };
}

} // namespace bearer::test
