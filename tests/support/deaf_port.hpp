#pragma once

#include <bearer/source/detail/posix.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <cstdint>
#include <stdexcept>

#include <sys/socket.h>

namespace bearer::test {

/// A port of this machine where nobody answers whoever wants to connect, as if
/// the network lost all packets.
class deaf_port {
public:
  /// @param room Whether the first one who wants to is connected, though nobody
  ///             will ever say anything.
  explicit deaf_port(bool room = false) {
    auto size = socklen_t{sizeof(address_)};
    if (::bind(listener_.get(), generic(), size) != 0
        || ::listen(listener_.get(), 0) != 0
        || ::getsockname(listener_.get(), generic(), &size) != 0)
      throw std::runtime_error("cannot listen");
    if (room)
      return;
    // Once the queue of connections that nobody accepts is full, the kernel
    // drops what arrives for more.
    for (const auto& x : queue_)
      ::connect(x.get(), generic(), size);
  }

  std::uint16_t port() const {
    return ntohs(address_.sin_port);
  }

private:
  static detail::unique_fd make_socket(int flags) {
    return detail::unique_fd{
      ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0)};
  }

  sockaddr* generic() {
    return reinterpret_cast<sockaddr*>(&address_);
  }

  sockaddr_in address_ = {AF_INET, 0, {htonl(INADDR_LOOPBACK)}, {}};
  detail::unique_fd listener_ = make_socket(0);
  std::array<detail::unique_fd, 2> queue_{make_socket(SOCK_NONBLOCK),
                                          make_socket(SOCK_NONBLOCK)};
};

} // namespace bearer::test
