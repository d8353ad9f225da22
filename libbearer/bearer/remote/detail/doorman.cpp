#include <bearer/remote/detail/doorman.hpp>
#include <bearer/remote/detail/held_socket.hpp>
#include <bearer/remote/detail/scribe.hpp>

#include <caf/actor_system.hpp>
#include <caf/intrusive_ptr.hpp>
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

class any_doorman : public net::doorman_impl {
public:
  any_doorman(net::default_multiplexer& at, net::native_socket fd,
              transport how)
    : doorman_impl(at, fd), how_(how) {
    // nop
  }

  bool new_connection() override {
    auto socket = owned_socket{acceptor_.accepted_socket()};
    // The broker may have gone, whose events may still come.
    if (detached())
      return false;
    const auto fd = socket.release();
    net::nonblocking(fd, true);
    auto scribe = make_scribe(parent()->system(), how_, fd, role::server);
    if (!scribe)
      return false;
    const auto hdl = (*scribe)->hdl();
    parent()->add_scribe(std::move(*scribe));
    return caf::io::doorman::new_connection(&acceptor_.backend(), hdl);
  }

  void remove_from_loop() override {
    // What comes and goes in one round of its loop CAF takes for never come,
    // and would keep it for ever, with its port.
    const auto not_yet_there = acceptor_.eventbf() == 0;
    doorman_impl::remove_from_loop();
    if (not_yet_there)
      let_go();
  }

private:
  /// Ends what keeps this, as CAF does for what it takes out of the loop, once
  /// the round is over, in which it is still spoken of.
  void let_go() {
    acceptor_.backend().post([keep = caf::intrusive_ptr<any_doorman>{this}] {
      keep->acceptor_.removed_from_loop(net::operation::read);
    });
  }

  transport how_;
};

} // namespace

caf::expected<caf::io::doorman_ptr>
make_doorman(caf::actor_system& sys, transport how, std::uint16_t port,
             const char* at, bool reuse) {
  const auto fd = net::new_tcp_acceptor_impl(port, at, reuse);
  if (!fd)
    return fd.error();
  auto& where
    = static_cast<net::default_multiplexer&>(sys.middleman().backend());
  return caf::io::doorman_ptr{caf::make_counted<any_doorman>(where, *fd, how)};
}

} // namespace bearer::remote::detail
