#include <bearer/remote/detail/held_socket.hpp>
#include <bearer/remote/detail/tls_errors.hpp>
#include <bearer/remote/detail/tls_scribe.hpp>
#include <bearer/remote/detail/tls_setup.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/network/interfaces.hpp>
#include <caf/io/network/native_socket.hpp>
#include <caf/io/network/stream_impl.hpp>
#include <caf/make_counted.hpp>
#include <caf/openssl/session.hpp>
#include <caf/sec.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <utility>

namespace bearer::remote::detail {

namespace {

namespace net = caf::io::network;

/// How a stream of CAF's reads and writes.
class tls_policy {
public:
  explicit tls_policy(caf::openssl::session_ptr by) : session_(std::move(by)) {
    // nop
  }

  net::rw_state read_some(std::size_t& n, net::native_socket fd, void* to,
                          std::size_t size) {
    return session_->read_some(n, fd, to, size);
  }

  net::rw_state write_some(std::size_t& n, net::native_socket fd,
                           const void* from, std::size_t size) {
    return session_->write_some(n, fd, from, size);
  }

  bool must_read_more(net::native_socket fd, std::size_t threshold) {
    return session_->must_read_more(fd, threshold);
  }

private:
  caf::openssl::session_ptr session_;
};

class tls_scribe : public caf::io::scribe {
public:
  tls_scribe(net::default_multiplexer& at, net::native_socket fd,
             caf::openssl::session_ptr session, caf::io::connection_handle as)
    : scribe(as), stream_(at, fd, std::move(session)) {
    // nop
  }

  void configure_read(caf::io::receive_policy::config how) override {
    stream_.configure_read(how);
    if (std::exchange(started_, true))
      return;
    stream_.start(this);
    // The handshake may be ours to go on with, though there is nothing to say.
    stream_.force_empty_write(this);
  }

  void ack_writes(bool enable) override {
    stream_.ack_writes(enable);
  }

  caf::byte_buffer& wr_buf() override {
    return stream_.wr_buf();
  }

  caf::byte_buffer& rd_buf() override {
    return stream_.rd_buf();
  }

  void flush() override {
    stream_.flush(this);
  }

  void graceful_shutdown() override {
    stream_.graceful_shutdown();
    detach(&stream_.backend(), false);
  }

  void add_to_loop() override {
    stream_.activate(this);
  }

  void remove_from_loop() override {
    stream_.passivate();
  }

  std::string addr() const override {
    const auto found = net::remote_addr_of_fd(stream_.fd());
    return found ? *found : std::string{};
  }

  std::uint16_t port() const override {
    const auto found = net::remote_port_of_fd(stream_.fd());
    return found ? *found : std::uint16_t{0};
  }

private:
  bool started_ = false;
  net::stream_impl<tls_policy> stream_;
};

/// CAF throws if a key or a certificate cannot be read, and loses its memory
/// for it, so that they are tried out first; that they change meanwhile is
/// possible.
caf::expected<caf::openssl::session_ptr> make_session(caf::actor_system& sys,
                                                      int fd, role ours) {
  const auto apart = tls_errors_apart{};
  if (auto err = check(read_tls_setup(sys.config())))
    return err;
  try {
    if (auto result = caf::openssl::make_session(sys, fd, ours == role::server))
      return result;
    return caf::make_error(caf::sec::cannot_connect_to_node);
  } catch (const std::exception& ex) {
    return caf::make_error(caf::sec::cannot_connect_to_node, ex.what());
  }
}

} // namespace

caf::expected<caf::io::scribe_ptr>
make_tls_scribe(caf::actor_system& sys, int fd, role ours,
                caf::io::connection_handle as) {
  auto socket = owned_socket{fd};
  auto session = make_session(sys, fd, ours);
  if (!session)
    return std::move(session.error());
  auto& at = static_cast<net::default_multiplexer&>(sys.middleman().backend());
  return caf::io::scribe_ptr{caf::make_counted<tls_scribe>(
    at, socket.release(), std::move(*session), as)};
}

} // namespace bearer::remote::detail
