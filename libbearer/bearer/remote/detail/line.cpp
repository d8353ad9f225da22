#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/monitor.hpp>
#include <bearer/remote/detail/door.hpp>
#include <bearer/remote/detail/line.hpp>

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <random>
#include <utility>

namespace bearer::remote::detail {

namespace {

/// Nobody can guess it, so that nobody can answer in the gate's name.
std::uint64_t make_key() {
  auto device = std::random_device{};
  return (std::uint64_t{device()} << 32U) | device();
}

class line_state {
public:
  static constexpr auto name = "bearer.line";

  using impl = guarded<line_hub::impl>;

  line_state(impl* self, const link_actor& link, gate_actor gate)
    : self_(self),
      link_(caf::actor_cast<caf::weak_actor_ptr>(link)),
      gate_(std::move(gate)),
      key_(make_key()) {
    bearer::detail::ignore_errors(self_);
    self_->entrance.trust(caf::actor_cast<caf::actor_control_block*>(link));
    self_->entrance.open(
      {caf::make_type_id_list<fetch_atom, std::uint64_t, std::uint64_t>(),
       caf::make_type_id_list<fetch_atom, answer>(),
       caf::make_type_id_list<publish_atom, std::uint64_t, generation>(),
       caf::make_type_id_list<rejected_atom, std::uint64_t, generation>()});
    link_watch_ = bearer::detail::monitor(
      self_, link, [this](const caf::error&) { self_->quit(); });
    gate_watch_ = bearer::detail::monitor(self_, gate_,
                                          [this](const caf::error&) {
                                            to_link(lost_atom_v);
                                            self_->quit();
                                          });
    bearer::detail::mail(self_, subscribe_atom_v, key_).send(gate_);
  }

  line_hub::behavior_type make_behavior() {
    return {
      [this](fetch_atom, std::uint64_t key, std::uint64_t number) {
        if (enter(key))
          to_link(fetch_atom_v, number);
      },
      [this](fetch_atom, const answer& what) {
        if (enter(what.key))
          to_link(fetch_atom_v, what);
      },
      [this](publish_atom, std::uint64_t key, const generation& what) {
        if (enter(key))
          to_link(publish_atom_v, what);
      },
      [this](rejected_atom, std::uint64_t key, const generation& what) {
        if (enter(key))
          to_link(rejected_atom_v, what);
      },
      [this](fetch_atom, const question& what) {
        bearer::detail::mail(self_, fetch_atom_v, what).send(gate_);
      },
      [this](stop_atom) { self_->quit(); },
    };
  }

private:
  /// Begins every message from the network: whether it is the gate's.
  bool enter(std::uint64_t key) {
    self_->entrance.leave(self_->current_sender());
    return key == key_;
  }

  template <class... Ts>
  void to_link(Ts&&... xs) {
    if (auto link = caf::actor_cast<link_actor>(link_))
      bearer::detail::mail(self_, std::forward<Ts>(xs)...).send(link);
  }

  impl* self_;
  caf::weak_actor_ptr link_;
  gate_actor gate_;
  std::uint64_t key_;

  // Both live longer than a connection.
  bearer::detail::monitoring link_watch_;
  bearer::detail::monitoring gate_watch_;
};

} // namespace

line_hub spawn_line(caf::actor_system& sys, const link_actor& link,
                    const gate_actor& gate) {
  using impl = caf::stateful_actor<line_state, line_state::impl>;
  return sys.spawn<impl>(link, gate);
}

} // namespace bearer::remote::detail
