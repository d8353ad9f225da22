#pragma once

#include <bearer/remote/detail/way.hpp>
#include <bearer/remote/detail/wire.hpp>

#include <caf/actor_system.hpp>

#include <cstddef>
#include <memory>

namespace bearer::sim::cluster {

/// Stands between the replicas and their owner, as CAF's network does: each
/// side knows an actor that stands for the other one's, and hears of its end.
class simulated_network {
public:
  explicit simulated_network(caf::actor_system& sys);

  simulated_network(const simulated_network&) = delete;

  simulated_network& operator=(const simulated_network&) = delete;

  ~simulated_network();

  /// Nobody is connected, or will be.
  void end();

  /// The owner listens at this gate.
  void listen(const remote::detail::gate_actor& gate);

  /// The owner is gone, and with it the other ends of all connections.
  void lose_owner();

  /// How a replica reaches the owner.
  remote::detail::way way_of(std::size_t replica);

  // -- what happens to the network of one replica -----------------------------

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
