#include <bearer/error.hpp>
#include <bearer/remote/detail/probe.hpp>

#include <caf/actor_system.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

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

/// One of the addresses that a name stands for.
struct host {
  const addrinfo* entry;
  std::string text;
};

std::vector<host> hosts_of(const addrinfo* list, bool loopback_only) {
  auto result = std::vector<host>{};
  for (const auto* i = list; i != nullptr; i = i->ai_next)
    if (auto text = numeric_host(*i); !loopback_only || is_loopback(text))
      result.push_back({i, std::move(text)});
  return result;
}

/// Says which one if the name does not.
std::string about(const address& where, const std::vector<host>& all,
                  const host& which, int err) {
  auto reason = std::generic_category().message(err);
  if (all.size() == 1 || which.text == where.host)
    return reason;
  return which.text + ": " + reason;
}

/// Tries one after the other, each with its share of the time that is left: one
/// that does not answer must not take all of it.
caf::expected<listener_found> probe_all(const address& where,
                                        const std::vector<host>& hosts,
                                        steady_clock::time_point deadline) {
  auto problems = std::string{};
  for (auto i = std::size_t{0}; i < hosts.size(); ++i) {
    const auto start = steady_clock::now();
    const auto share = (deadline - start)
                       / static_cast<std::int64_t>(hosts.size() - i);
    auto socket = held_socket{};
    const auto err = try_connect(*hosts[i].entry, start + share, socket);
    if (err == 0)
      return listener_found{{hosts[i].text, where.port}, std::move(socket)};
    problems += problems.empty() ? "" : ", ";
    problems += about(where, hosts, hosts[i], err);
  }
  return complain(where, problems);
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
  const auto hosts = hosts_of(list.get(), loopback_only);
  if (hosts.empty())
    return complain(where, "no loopback address, and no other is allowed");
  return probe_all(where, hosts, deadline);
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
