#include <bearer/remote/detail/scribe.hpp>
#include <bearer/remote/detail/tls_scribe.hpp>

#include <caf/actor_system.hpp>
#include <caf/io/connection_handle.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/network/native_socket.hpp>
#include <caf/io/network/scribe_impl.hpp>
#include <caf/make_counted.hpp>

#include <atomic>
#include <cstdint>

namespace bearer::remote::detail {

namespace {

namespace net = caf::io::network;

/// Beyond all descriptors, by which CAF names the connections of others.
caf::io::connection_handle unused_handle() {
  static std::atomic<std::int64_t> last{std::int64_t{1} << 32};
  return caf::io::connection_handle::from_int(++last);
}

class plain_scribe : public net::scribe_impl {
public:
  plain_scribe(net::default_multiplexer& at, net::native_socket fd,
               caf::io::connection_handle as)
    : scribe_impl(at, fd) {
    hdl_ = as;
    msg().handle = as;
  }
};

} // namespace

caf::expected<caf::io::scribe_ptr>
make_scribe(caf::actor_system& sys, transport how, int fd, role ours) {
  const auto as = unused_handle();
  // As CAF's own have it that are not over TLS: nothing else ends a connection
  // whose peer has gone before it said anything.
  net::keepalive(fd, true);
  if (how == transport::tls)
    return make_tls_scribe(sys, fd, ours, as);
  auto& at = static_cast<net::default_multiplexer&>(sys.middleman().backend());
  return caf::io::scribe_ptr{caf::make_counted<plain_scribe>(at, fd, as)};
}

} // namespace bearer::remote::detail
