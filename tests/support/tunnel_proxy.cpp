#include "support/tunnel_proxy.hpp"

#include <cstdint>
#include <thread>

namespace bearer::test {

namespace {

/// The port in `CONNECT host:port HTTP/1.1`.
std::uint16_t port_in(const std::string& request) {
  const auto line = request.substr(0, request.find("\r\n"));
  const auto colon = line.find(':');
  return static_cast<std::uint16_t>(std::stoul(line.substr(colon + 1)));
}

/// Passes on what comes until one of them is gone.
void pass(connection& from, connection& to) {
  for (auto text = from.read(); !text.empty(); text = from.read())
    if (!to.write(text))
      break;
  // Wakes whoever passes on what comes from there.
  to.close();
}

} // namespace

std::string tunnel_proxy::url(const std::string& user) const {
  return "http://" + user + "127.0.0.1:" + std::to_string(wire_.port());
}

std::vector<std::string> tunnel_proxy::heard() const {
  const auto guard = std::unique_lock{mutex_};
  return heard_;
}

void tunnel_proxy::serve(connection& from) {
  const auto request = from.read_request();
  if (request.empty())
    return;
  {
    const auto guard = std::unique_lock{mutex_};
    heard_.push_back(request);
  }
  if (!request.starts_with("CONNECT ")) {
    from.answer("", "405 Tunnels Only");
    return;
  }
  const auto to = connect_to(port_in(request));
  if (!to) {
    from.answer("", "502 Nobody There");
    return;
  }
  from.write("HTTP/1.1 200 Connected\r\n\r\n");
  auto back = std::thread{[&] { pass(*to, from); }};
  pass(from, *to);
  back.join();
}

} // namespace bearer::test
