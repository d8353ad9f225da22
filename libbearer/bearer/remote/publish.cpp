#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/thread_memory.hpp>
#include <bearer/error.hpp>
#include <bearer/internal/passing_actor.hpp>
#include <bearer/remote/address.hpp>
#include <bearer/remote/detail/connector.hpp>
#include <bearer/remote/detail/desk.hpp>
#include <bearer/remote/detail/gate.hpp>
#include <bearer/remote/detail/network.hpp>
#include <bearer/remote/publish.hpp>

#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/actor_system.hpp>

#include <exception>
#include <utility>

namespace bearer::remote {

struct published::state {
  caf::io::middleman_actor network;
  detail::gate_actor gate;
  detail::desk_actor desk;
  std::uint16_t port = 0;
};

namespace {

caf::expected<std::uint16_t> open_port(const caf::io::middleman_actor& network,
                                       const detail::gate_actor& gate,
                                       const remote::address& where,
                                       bool reuse) {
  auto& sys = gate.home_system();
  auto result = caf::expected<std::uint16_t>{std::uint16_t{0}};
  const auto self = internal::passing_actor{sys};
  // Infinite, because nothing takes it long.
  bearer::detail::mail(self.get(), caf::publish_atom_v, where.port,
                       caf::actor_cast<caf::strong_actor_ptr>(gate),
                       sys.message_types(gate), where.host, reuse)
    .request(network, caf::infinite)
    .receive([&](std::uint16_t port) { result = port; },
             [&](const caf::error& err) {
               result = caf::make_error(errc::connection_failed,
                                        to_string(where) + ": "
                                          + caf::to_string(err));
             });
  return result;
}

/// The name means this machine, whatever others think of it (RFC 6761, 6.3).
std::string numeric(const std::string& host) {
  return host == "localhost" ? "127.0.0.1" : host;
}

void close_port(const published::state& what) {
  // Infinite for the same reason.
  const auto self = internal::passing_actor{what.gate.home_system()};
  bearer::detail::mail(self.get(), caf::unpublish_atom_v,
                       caf::actor_cast<caf::actor_addr>(what.gate), what.port)
    .request(what.network, caf::infinite)
    .receive([] { /* done */ }, [](const caf::error&) { /* closed already */ });
}

} // namespace

published::published() noexcept = default;

published::published(std::unique_ptr<state> what) noexcept
  : state_(std::move(what)) {
  // nop
}

published::published(published&&) noexcept = default;

published& published::operator=(published&& other) noexcept {
  unpublish();
  state_ = std::move(other.state_);
  return *this;
}

published::~published() {
  unpublish();
}

std::uint16_t published::port() const noexcept {
  return state_ ? state_->port : 0;
}

void published::unpublish() noexcept {
  const auto old = std::exchange(state_, nullptr);
  if (!old)
    return;
  if (old->port > 0)
    close_port(*old);
  // Ends the gate, too, and with it all connections.
  bearer::detail::anon_mail(old->desk, stop_atom_v);
}

caf::expected<published> publish(const handle& bearer, std::uint16_t port,
                                 const publish_options& options) {
  if (!bearer)
    return caf::make_error(errc::invalid_setting, "bearer: invalid handle");
  auto& sys = bearer.actor().home_system();
  const auto where = remote::address{numeric(options.address), port};
  auto to = detail::exposure::network;
  if (is_loopback(where.host))
    to = detail::exposure::loopback;
  else if (options.allow_unprotected)
    to = detail::exposure::trusted_network;
  const auto how = detail::choose_transport(sys, to, to_string(where));
  if (!how)
    return how.error();
  const auto memory = bearer::detail::thread_memory{};
  auto result = std::make_unique<published::state>();
  result->network = detail::connector_of(sys, *how).actor;
  result->desk = detail::spawn_desk(bearer);
  result->gate = detail::spawn_gate(sys, result->desk);
  auto opened = open_port(result->network, result->gate, where,
                          options.reuse_port);
  if (opened)
    result->port = *opened;
  auto keeper = published{std::move(result)};
  if (!opened)
    return std::move(opened.error());
  return keeper;
}

} // namespace bearer::remote
