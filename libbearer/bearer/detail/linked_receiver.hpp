#pragma once

#include <bearer/actors.hpp>
#include <bearer/detail/token_tray.hpp>
#include <bearer/receiver_link.hpp>

#include <caf/typed_event_based_actor.hpp>

namespace bearer::detail {

/// The type of actor that libbearer's own receivers are: one that tokens can be
/// left in. A message instead would wake each of a crowd of receivers once more
/// for every token.
class linked_receiver : public receiver_actor::impl {
public:
  using super = receiver_actor::impl;

  using super::super;

  receiver_link link() {
    return receiver_link{ctrl()};
  }

  /// Part of the actor and not of its state, which CAF ends before the actor
  /// that somebody still holds.
  token_tray tray;
};

} // namespace bearer::detail
