#include "simulation/cluster/simulated_network.hpp"

#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/monitor.hpp>
#include <bearer/error.hpp>

#include "support/second_answer.hpp"

#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/node_id.hpp>
#include <caf/send.hpp>

#include "simulation/cluster/step.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace bearer::sim::cluster {

namespace {

using remote::answer;
using remote::question;
using remote::detail::gate_actor;
using remote::detail::line_actor;
using remote::detail::listener_found;

caf::error refused() {
  return caf::make_error(errc::connection_failed, "nobody listens");
}

std::size_t owner_at(std::uint16_t port) {
  return port - std::size_t{1};
}

void kill(const caf::actor& whom) {
  if (whom)
    caf::anon_send_exit(whom, caf::exit_reason::kill);
}

} // namespace

/// The way between one replica and an owner.
struct simulated_network::road {
  bool open = true;
  bool muted = false;

  /// What is on its way while nothing comes through.
  std::deque<std::function<void()>> held;

  /// Does it now, or when something comes through again.
  void carry(std::function<void()> what) {
    if (muted)
      held.push_back(std::move(what));
    else if (open)
      what();
  }
};

struct simulated_network::connection {
  std::size_t owner;
  std::shared_ptr<road> by;

  caf::actor_addr gate;
  caf::actor_addr line;

  // Who stands for each of them at the other side, until the end.
  caf::actor gate_proxy;
  caf::actor line_proxy;

  void to_gate(caf::message what) const {
    pass_on(gate, line_proxy, std::move(what));
  }

  void to_line(caf::message what) const {
    pass_on(line, gate_proxy, std::move(what));
  }

  /// The replica is gone, or cannot be reached.
  void end_at_owner() {
    kill(std::exchange(line_proxy, nullptr));
  }

  /// Both sides hear of the end.
  void end() {
    end_at_owner();
    kill(std::exchange(gate_proxy, nullptr));
  }

private:
  void pass_on(const caf::actor_addr& to, const caf::actor& in_name_of,
               caf::message what) const {
    by->carry([to, sender = in_name_of, what = std::move(what)] {
      const auto whom = caf::actor_cast<caf::strong_actor_ptr>(to);
      if (whom && sender)
        test::put_in_mailbox(whom,
                             caf::actor_cast<caf::strong_actor_ptr>(sender),
                             caf::make_message_id(), what);
    });
  }
};

struct simulated_network::state {
  explicit state(caf::actor_system& in) : sys(in) {
    for (auto& x : roads)
      x = std::make_shared<road>();
  }

  caf::actor_system& sys;

  /// Of each owner. Kept, as CAF keeps what is published.
  std::map<std::size_t, caf::actor> gates;

  /// To the first owner.
  std::array<std::shared_ptr<road>, nodes> roads;

  /// To the second one.
  std::shared_ptr<road> good_road = std::make_shared<road>();

  std::vector<std::shared_ptr<connection>> connections;
  std::vector<caf::actor> connectors;

  const std::shared_ptr<road>& road_to(std::size_t owner,
                                       std::size_t replica) const {
    return owner == second_owner ? good_road : roads[replica];
  }

  bool reaches(std::size_t owner, std::size_t replica) const {
    return road_to(owner, replica)->open && gates.count(owner) > 0;
  }

  /// @returns who stands for the gate at the replica.
  caf::actor connect(std::size_t owner, std::size_t replica) {
    const auto& gate = gates.at(owner);
    auto made = std::make_shared<connection>();
    made->owner = owner;
    made->by = road_to(owner, replica);
    made->gate = gate.address();
    made->line_proxy = sys.spawn(stand_for_line, made);
    made->gate_proxy = sys.spawn(stand_for_gate, made, gate);
    connections.push_back(made);
    return made->gate_proxy;
  }

private:
  using wire = std::shared_ptr<connection>;

  static caf::behavior stand_for_line(caf::event_based_actor*,
                                      const wire& way) {
    return {
      [=](fetch_atom, std::uint64_t key, std::uint64_t number) {
        way->to_line(caf::make_message(fetch_atom_v, key, number));
      },
      [=](fetch_atom, const answer& what) {
        way->to_line(caf::make_message(fetch_atom_v, what));
      },
      [=](publish_atom, std::uint64_t key, const generation& what) {
        way->to_line(caf::make_message(publish_atom_v, key, what));
      },
      [=](rejected_atom, std::uint64_t key, const generation& what) {
        way->to_line(caf::make_message(rejected_atom_v, key, what));
      },
    };
  }

  static caf::behavior stand_for_gate(caf::event_based_actor* self,
                                      const wire& way, const caf::actor& gate) {
    bearer::detail::watch(self, gate, [=](const caf::error&) {
      way->by->carry([=] { way->end(); });
    });
    return {
      [=](subscribe_atom, std::uint64_t key) {
        meet(self, way);
        way->to_gate(caf::make_message(subscribe_atom_v, key));
      },
      [=](fetch_atom, const question& what) {
        way->to_gate(caf::make_message(fetch_atom_v, what));
      },
    };
  }

  /// The line has said who it is.
  static void meet(caf::event_based_actor* self, const wire& way) {
    const auto line = caf::actor_cast<caf::actor>(self->current_sender());
    way->line = line.address();
    bearer::detail::watch(self, line, [=](const caf::error&) {
      way->by->carry([=] { way->end(); });
    });
  }
};

simulated_network::simulated_network(caf::actor_system& sys)
  : state_(std::make_shared<state>(sys)) {
  // nop
}

simulated_network::~simulated_network() {
  end();
}

void simulated_network::end() {
  state_->gates.clear();
  for (const auto& x : std::exchange(state_->connections, {}))
    x->end();
  for (const auto& x : std::exchange(state_->connectors, {}))
    caf::anon_send_exit(x, caf::exit_reason::kill);
}

void simulated_network::listen(std::size_t owner, const gate_actor& gate) {
  state_->gates[owner] = caf::actor_cast<caf::actor>(gate);
}

void simulated_network::lose_owner(std::size_t owner) {
  state_->gates.erase(owner);
  for (const auto& x : state_->connections) {
    if (x->owner != owner)
      continue;
    // The owner's side knows at once; to the other one it is news.
    x->end_at_owner();
    x->by->carry([x] { x->end(); });
  }
}

remote::address simulated_network::address_of(std::size_t owner) {
  return {"owner", static_cast<std::uint16_t>(1 + owner)};
}

remote::detail::way simulated_network::way_of(std::size_t replica) {
  using found
    = caf::result<caf::node_id, caf::strong_actor_ptr, std::set<std::string>>;
  const auto known = std::weak_ptr{state_};
  auto connector = state_->sys.spawn([=]() -> caf::behavior {
    return {
      [=](caf::connect_atom, const std::string&, std::uint16_t port) -> found {
        const auto owner = owner_at(port);
        const auto now = known.lock();
        if (!now || !now->reaches(owner, replica))
          return refused();
        // Says that somebody else will answer.
        if (now->road_to(owner, replica)->muted)
          return caf::delegated<caf::node_id, caf::strong_actor_ptr,
                                std::set<std::string>>{};
        auto gate = now->connect(owner, replica);
        return {now->sys.node(), caf::actor_cast<caf::strong_actor_ptr>(gate),
                now->sys.message_types(gate_actor{})};
      },
    };
  });
  state_->connectors.push_back(connector);
  auto find = [=](const remote::address& where, bool, auto, auto on_end) {
    const auto owner = owner_at(where.port);
    const auto look = [=] {
      const auto now = known.lock();
      if (now && now->reaches(owner, replica))
        on_end(listener_found{where, nullptr});
      else
        on_end(refused());
    };
    const auto now = known.lock();
    const auto by = now ? now->road_to(owner, replica) : nullptr;
    if (by && by->muted)
      by->held.push_back(look);
    else
      look();
  };
  const auto keep = [](const remote::address&,
                       const remote::detail::held_socket&) {};
  return {find,
          {caf::actor_cast<caf::io::middleman_actor>(connector), keep},
          false};
}

void simulated_network::cut(std::size_t replica) {
  auto& by = *state_->roads[replica];
  by.open = false;
  // What was on its way arrives just before; who looks for the owner finds
  // nobody.
  by.muted = false;
  for (const auto& what : std::exchange(by.held, {}))
    what();
  for (const auto& x : state_->connections)
    if (x->by.get() == &by)
      x->end();
}

void simulated_network::mute(std::size_t replica) {
  state_->roads[replica]->muted = true;
}

void simulated_network::mend(std::size_t replica) {
  auto& by = *state_->roads[replica];
  by.open = true;
  by.muted = false;
  for (const auto& what : std::exchange(by.held, {}))
    what();
}

} // namespace bearer::sim::cluster
