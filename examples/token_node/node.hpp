#pragma once

#include <bearer/handle.hpp>
#include <bearer/remote/publish.hpp>

#include <caf/actor_system.hpp>

#include <string>

namespace token_node {

class config;

/// The bearer of this node: an owner's or a replica.
class node {
public:
  /// Makes the bearer, which does nothing yet.
  /// @throws usage_error if the command line makes no sense.
  node(caf::actor_system& sys, const config& from);

  /// Lets other nodes connect to an owner.
  /// @throws usage_error if the command line makes no sense, and
  ///         std::runtime_error if the port cannot be had.
  /// @returns what to tell of the node.
  std::string open(const config& from);

  const bearer::handle& tokens() const noexcept {
    return tokens_;
  }

  /// Ends all of it.
  void close();

private:
  bearer::handle tokens_;

  /// Of an owner.
  bearer::remote::published published_;
};

} // namespace token_node
