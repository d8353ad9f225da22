#include <bearer/error.hpp>
#include <bearer/remote/detail/probe.hpp>

#include <caf/actor_system.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <thread>

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

namespace bearer::remote::detail {

namespace {

using std::chrono::steady_clock;

using address_list = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

caf::error complain(const address& where, const std::string& about) {
  return caf::make_error(errc::connection_failed,
                         to_string(where) + ": " + about);
}

int wait_until_writable(int fd, steady_clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
      deadline - steady_clock::now());
    auto what = pollfd{fd, POLLOUT, 0};
    const auto ms = std::clamp<std::int64_t>(left.count(), 0, 3'600'000);
    const auto res = ::poll(&what, 1, static_cast<int>(ms));
    if (res > 0)
      return 0;
    if (res == 0)
      return ETIMEDOUT;
    if (errno != EINTR)
      return errno;
  }
}

/// 0, or what the system says.
int try_connect(const addrinfo& to, steady_clock::time_point deadline,
                held_socket& socket) {
  const auto fd = ::socket(to.ai_family,
                           SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return errno;
  socket = std::make_shared<owned_socket>(fd);
  if (::connect(fd, to.ai_addr, to.ai_addrlen) == 0)
    return 0;
  if (errno != EINPROGRESS)
    return errno;
  if (const auto err = wait_until_writable(fd, deadline))
    return err;
  auto err = 0;
  auto size = static_cast<socklen_t>(sizeof(err));
  if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &size) != 0)
    return errno;
  return err;
}

/// No exception may leave a thread.
caf::expected<listener_found>
probe_in_any_case(const address& where, bool loopback_only,
                  steady_clock::time_point deadline) {
  try {
    return probe(where, loopback_only, deadline);
  } catch (const std::exception& ex) {
    return complain(where, ex.what());
  }
}

std::string numeric_host(const addrinfo& of) {
  auto text = std::array<char, NI_MAXHOST>{};
  if (::getnameinfo(of.ai_addr, of.ai_addrlen, text.data(), text.size(),
                    nullptr, 0, NI_NUMERICHOST)
      != 0)
    return {};
  return text.data();
}

} // namespace

caf::expected<listener_found> probe(const address& where, bool loopback_only,
                                    steady_clock::time_point deadline) {
  auto hints = addrinfo{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const auto port = std::to_string(where.port);
  if (const auto err = ::getaddrinfo(where.host.c_str(), port.c_str(), &hints,
                                     &found))
    return complain(where, ::gai_strerror(err));
  const auto list = address_list{found, &freeaddrinfo};
  auto problem = std::string{"only loopback addresses are allowed without TLS"};
  for (const auto* i = list.get(); i != nullptr; i = i->ai_next) {
    auto host = numeric_host(*i);
    if (loopback_only && !is_loopback(host))
      continue;
    auto socket = held_socket{};
    const auto err = try_connect(*i, deadline, socket);
    if (err == 0)
      return listener_found{{std::move(host), where.port}, std::move(socket)};
    problem = std::generic_category().message(err);
  }
  return complain(where, problem);
}

finder probe_on_thread(const caf::actor_system& sys) {
  // See bearer::detail::type_guard. What else the thread has holds no value of
  // CAF's at its end.
  const auto types = sys.meta_objects_guard();
  return [types](const address& where, bool loopback_only,
                 steady_clock::time_point deadline, auto on_end) {
    std::thread{[types, where, loopback_only, deadline, on_end] {
      on_end(probe_in_any_case(where, loopback_only, deadline));
    }}.detach();
  };
}

} // namespace bearer::remote::detail
