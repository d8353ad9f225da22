#pragma once

#include <bearer/generation.hpp>

#include "support/real_time.hpp"

#include <caf/actor.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/message.hpp>
#include <caf/message_id.hpp>

#include "remote/support/node.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

namespace bearer::test {

/// A node that is in the cluster and means harm.
class intruder {
public:
  /// Connects to whatever is published at `where`.
  explicit intruder(const remote::address& where);

  intruder(const intruder&) = delete;

  intruder& operator=(const intruder&) = delete;

  ~intruder();

  caf::actor_system& sys() {
    return node_.sys;
  }

  /// What is published there.
  const caf::actor& gate() const {
    return gate_;
  }

  /// Any actor of the other node, by its number.
  caf::actor actor(caf::actor_id id);

  /// Sends `what` in the name of an actor of this node that remembers who
  /// answers.
  void send(const caf::actor& to, const caf::message& what);

  /// The same as an answer, a request or whatever else has this ID.
  void send(const caf::actor& to, const caf::message& what, caf::message_id id);

  /// Subscribes once more, in the name of an actor that nobody knows yet.
  void subscribe_as_another();

  /// Who has sent something to those actors.
  std::vector<caf::strong_actor_ptr> senders() const;

  /// How many messages came.
  std::size_t received() const;

  /// Waits until all that is in the mailboxes of those actors has been counted.
  bool wait_for_all();

  /// How many of those told of a new token.
  std::size_t publications() const;

  /// The newest token that one of those told of.
  generation newest() const;

  /// How many said that there would be no answers.
  std::size_t refusals() const;

  /// How many were answers to who asked for the status.
  std::size_t statuses() const;

  /// Waits until so many of those came.
  bool wait_for_statuses(std::size_t n, std::chrono::milliseconds limit) const;

  /// Waits until so many messages came.
  bool wait_for(std::size_t n) const;

private:
  struct record;

  caf::actor new_ear();

  node node_;
  caf::actor gate_;
  std::shared_ptr<record> record_;

  /// Who sends, and those that have only subscribed.
  std::vector<caf::actor> ears_;
};

} // namespace bearer::test
