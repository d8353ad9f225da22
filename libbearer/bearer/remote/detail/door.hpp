#pragma once

#include <bearer/detail/caf_compat.hpp>

#include <caf/actor_control_block.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/node_id.hpp>
#include <caf/type_id_list.hpp>

#include <cstddef>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace bearer::remote::detail {

/// Decides what gets into the mailbox of an actor that is seen on the network.
///
/// A peer can send it anything, in anybody's name that is seen on the network
/// as well: messages of other actors, answers to requests, CAF's own messages
/// that end an actor. What gets in is what the actor is there for, what its
/// partner sends, and actions, which cannot be sent over the network.
/// All members may be called from any thread.
class door {
public:
  /// The most messages of one node that may wait, so that a node which sends
  /// faster than they are processed leaves time for the others. Twice what the
  /// replicas send at once when they connect, of which a node may have 64.
  static constexpr std::size_t max_waiting = 256;

  /// Lets messages with these contents in.
  void open(std::vector<caf::type_id_list> contents);

  /// Lets everything in that comes from this actor, which is never seen on the
  /// network, so that nobody can send in its name.
  void trust(const caf::actor_control_block* partner);

  /// Whether to let `what` in.
  bool admit(const caf::mailbox_element& what);

  /// A message of this sender is being processed.
  void leave(const caf::strong_actor_ptr& sender);

private:
  bool is_expected(const caf::mailbox_element& what) const;

  mutable std::mutex mutex_;
  std::vector<caf::type_id_list> contents_;
  const caf::actor_control_block* partner_ = nullptr;
  std::map<caf::node_id, std::size_t> waiting_;
};

/// An actor with a door.
/// @tparam Base the type of actor it is otherwise.
template <class Base>
class guarded : public Base {
public:
  using Base::Base;

  bool enqueue(caf::mailbox_element_ptr what,
               bearer::detail::executor* ctx) override {
    return entrance.admit(*what) && Base::enqueue(std::move(what), ctx);
  }

  door entrance;
};

} // namespace bearer::remote::detail
