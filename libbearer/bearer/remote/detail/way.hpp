#pragma once

#include <bearer/remote/detail/connector.hpp>
#include <bearer/remote/detail/probe.hpp>

namespace bearer::remote::detail {

/// How owners are reached.
struct way {
  /// How somebody is found who listens.
  finder find;

  /// What CAF does with that.
  connector network;

  /// Never leave this machine, whatever names say.
  bool loopback_only = false;
};

} // namespace bearer::remote::detail
