#include <bearer/remote/detail/held_socket.hpp>
#include <bearer/remote/detail/tls_doorman.hpp>
#include <bearer/remote/detail/tls_scribe.hpp>

#include <caf/actor_system.hpp>
#include <caf/io/abstract_broker.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/network/doorman_impl.hpp>
#include <caf/io/network/native_socket.hpp>
#include <caf/make_counted.hpp>

#include <utility>

namespace bearer::remote::detail {

namespace {

namespace net = caf::io::network;

class tls_doorman : public net::doorman_impl {
public:
  using net::doorman_impl::doorman_impl;

  bool new_connection() override {
    auto socket = owned_socket{acceptor_.accepted_socket()};
    // The broker may have gone, whose events may still come.
    if (detached())
      return false;
    const auto fd = socket.release();
    net::nonblocking(fd, true);
    auto scribe = make_tls_scribe(parent()->system(), fd, tls_role::server);
    if (!scribe)
      return false;
    const auto hdl = (*scribe)->hdl();
    parent()->add_scribe(std::move(*scribe));
    return doorman::new_connection(&acceptor_.backend(), hdl);
  }
};

} // namespace

caf::expected<caf::io::doorman_ptr>
make_tls_doorman(caf::actor_system& sys, std::uint16_t port, const char* at,
                 bool reuse) {
  const auto fd = net::new_tcp_acceptor_impl(port, at, reuse);
  if (!fd)
    return fd.error();
  auto& where
    = static_cast<net::default_multiplexer&>(sys.middleman().backend());
  return caf::io::doorman_ptr{caf::make_counted<tls_doorman>(where, *fd)};
}

} // namespace bearer::remote::detail
