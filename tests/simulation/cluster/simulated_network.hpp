#pragma once

#include <bearer/remote/address.hpp>
#include <bearer/remote/detail/way.hpp>
#include <bearer/remote/detail/wire.hpp>

#include <caf/actor_system.hpp>

#include <cstddef>
#include <memory>

namespace bearer::sim::cluster {

/// Stands between the replicas and their owners, as CAF's network does: each
/// side knows an actor that stands for the other one's, and hears of its end.
/// Owners are named by their nodes.
class simulated_network {
public:
  explicit simulated_network(caf::actor_system& sys);

  simulated_network(const simulated_network&) = delete;

  simulated_network& operator=(const simulated_network&) = delete;

  ~simulated_network();

  /// Nobody is connected, or will be.
  void end();

  /// An owner listens at this gate.
  void listen(std::size_t owner, const remote::detail::gate_actor& gate);

  /// An owner is gone, and with it the other ends of all its connections.
  void lose_owner(std::size_t owner);

  /// Where an owner is.
  static remote::address address_of(std::size_t owner);

  /// How a replica reaches the owners.
  remote::detail::way way_of(std::size_t replica);

  // -- what happens between one replica and the first owner -------------------

  void cut(std::size_t replica);
  void mute(std::size_t replica);
  void mend(std::size_t replica);

private:
  struct road;
  struct connection;
  struct state;

  std::shared_ptr<state> state_;
};

} // namespace bearer::sim::cluster
