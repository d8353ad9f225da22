#pragma once

#include <bearer/remote/detail/probe.hpp>

#include <caf/io/middleman_actor.hpp>

namespace bearer::remote::detail {

/// How owners are reached.
struct way {
  /// CAF's actor that connects.
  caf::io::middleman_actor network;

  /// How it is found out, before that, whether somebody is there.
  finder find;

  /// Never leave this machine, whatever names say.
  bool loopback_only = false;
};

} // namespace bearer::remote::detail
