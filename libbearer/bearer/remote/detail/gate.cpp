#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/monitor.hpp>
#include <bearer/remote/detail/door.hpp>
#include <bearer/remote/detail/gate.hpp>

#include <caf/actor_addr.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/node_id.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <utility>

namespace bearer::remote::detail {

namespace {

/// The most replicas of one node, of which each asks one question at a time,
/// apart from those that it has given up.
constexpr std::size_t max_lines = 64;
constexpr std::size_t max_questions = 8;

/// The most questions of one node that wait, those of ended lines included.
constexpr std::size_t max_questions_of_node = 2 * max_lines;

/// The longest that a question waits, whatever it says.
constexpr auto max_budget = std::chrono::minutes{1};

class gate_state {
public:
  static constexpr auto name = "bearer.gate";

  using impl = guarded<gate_hub::impl>;

  gate_state(impl* self, desk_actor desk)
    : self_(self), desk_(std::move(desk)) {
    bearer::detail::ignore_errors(self_);
    self_->entrance.trust(caf::actor_cast<caf::actor_control_block*>(desk_));
    self_->entrance.open(
      {caf::make_type_id_list<subscribe_atom, std::uint64_t>(),
       caf::make_type_id_list<fetch_atom, question>(),
       caf::make_type_id_list<status_atom>()});
    // However that ends; with it the bearer cannot be reached.
    bearer::detail::watch(self_, desk_,
                          [this](const caf::error&) { self_->quit(); });
    bearer::detail::mail(self_, subscribe_atom_v,
                         caf::weak_actor_ptr{self_->ctrl()})
      .send(desk_);
  }

  gate_hub::behavior_type make_behavior() {
    return {
      [this](subscribe_atom, std::uint64_t key) { subscribe(key); },
      [this](fetch_atom, const question& what) { ask(what); },
      [this](status_atom) { return look(); },
      [this](publish_atom, const generation& what) {
        published_ = what;
        tell_all(publish_atom_v, what);
      },
      [this](rejected_atom, const generation& what) {
        rejected_ = what;
        tell_all(rejected_atom_v, what);
      },
      [this](stop_atom) { self_->quit(); },
    };
  }

private:
  /// A replica's end of the network.
  struct line {
    std::uint64_t key = 0;
    std::size_t questions = 0;
    bearer::detail::monitoring monitoring;
  };

  /// Begins every message from the network.
  caf::strong_actor_ptr enter() {
    auto sender = self_->current_sender();
    self_->entrance.leave(sender);
    return sender;
  }

  void subscribe(std::uint64_t key) {
    const auto who = enter();
    const auto addr = caf::actor_cast<caf::actor_addr>(who);
    if (lines_.count(addr) > 0)
      return;
    if (count_lines(addr.node()) >= max_lines) {
      turn_away(addr, key);
      return;
    }
    auto forget = [this, addr](const caf::error&) { lines_.erase(addr); };
    lines_[addr] = {
      key, 0,
      bearer::detail::monitor(self_, caf::actor_cast<line_actor>(who), forget)};
    // What was told to the others while this one was not there.
    tell(addr, key, publish_atom_v, published_);
    tell(addr, key, rejected_atom_v, rejected_);
  }

  /// Otherwise it would wait for answers.
  void turn_away(const caf::actor_addr& addr, std::uint64_t key) {
    auto refused = busy("a node has no more than " + std::to_string(max_lines)
                        + " replicas of one bearer");
    refused.key = key;
    send(addr, refused);
  }

  static answer busy(std::string why) {
    auto result = answer{};
    result.code = errc::busy;
    result.text = std::move(why);
    return result;
  }

  std::size_t count_lines(const caf::node_id& node) const {
    return static_cast<std::size_t>(
      std::count_if(lines_.begin(), lines_.end(),
                    [&](const auto& x) { return x.first.node() == node; }));
  }

  void ask(question what) {
    const auto addr = caf::actor_cast<caf::actor_addr>(enter());
    const auto i = lines_.find(addr);
    if (i == lines_.end())
      return;
    auto& of_node = questions_[addr.node()];
    if (i->second.questions >= max_questions
        || of_node >= max_questions_of_node) {
      finish(addr, what.number, busy("too many questions at once"));
      return;
    }
    ++i->second.questions;
    ++of_node;
    confirm(addr, i->second.key, what.number);
    what.budget = std::clamp<caf::timespan>(what.budget, caf::timespan::zero(),
                                            max_budget);
    // Infinite, because a bearer always answers by the deadline.
    bearer::detail::mail(self_, fetch_atom_v, what)
      .request(desk_, caf::infinite)
      .then(
        [this, addr, number = what.number](answer& found) {
          release(addr);
          finish(addr, number, std::move(found));
        },
        [this, addr](const caf::error&) { release(addr); });
  }

  /// The answer may take its time; who hears nothing believes us gone.
  void confirm(const caf::actor_addr& addr, std::uint64_t key,
               std::uint64_t number) {
    if (const auto who = caf::actor_cast<line_actor>(addr))
      bearer::detail::mail(self_, fetch_atom_v, key, number).send(who);
  }

  void release(const caf::actor_addr& addr) {
    const auto node = questions_.find(addr.node());
    if (node != questions_.end() && --node->second == 0)
      questions_.erase(node);
    // A line that has come back has none of its old questions.
    const auto i = lines_.find(addr);
    if (i != lines_.end() && i->second.questions > 0)
      --i->second.questions;
  }

  void finish(const caf::actor_addr& addr, std::uint64_t number, answer found) {
    const auto i = lines_.find(addr);
    if (i == lines_.end())
      return;
    found.key = i->second.key;
    found.number = number;
    send(addr, found);
  }

  void send(const caf::actor_addr& addr, const answer& what) {
    if (const auto who = caf::actor_cast<line_actor>(addr))
      bearer::detail::mail(self_, fetch_atom_v, what).send(who);
  }

  template <class Atom>
  void tell_all(Atom how, const generation& what) {
    for (const auto& [addr, to] : lines_)
      tell(addr, to.key, how, what);
  }

  template <class Atom>
  void tell(const caf::actor_addr& addr, std::uint64_t key, Atom how,
            const generation& what) {
    const auto who = caf::actor_cast<line_actor>(addr);
    if (who && what.count > 0)
      bearer::detail::mail(self_, how, key, what).send(who);
  }

  caf::result<status> look() {
    enter();
    auto promise = self_->make_response_promise<status>();
    // Infinite, because a bearer says at once how it is.
    bearer::detail::mail(self_, status_atom_v)
      .request(desk_, caf::infinite)
      .then([promise](status& x) mutable { promise.deliver(std::move(x)); },
            [promise](caf::error& err) mutable { promise.deliver(err); });
    return promise;
  }

  impl* self_;
  desk_actor desk_;
  std::map<caf::actor_addr, line> lines_;

  /// Those that the desk has, for each node.
  std::map<caf::node_id, std::size_t> questions_;

  /// The last of each that was told.
  generation published_;
  generation rejected_;
};

} // namespace

gate_actor spawn_gate(caf::actor_system& sys, const desk_actor& desk) {
  using impl = caf::stateful_actor<gate_state, gate_state::impl>;
  return gate_hub{sys.spawn<impl>(desk)};
}

} // namespace bearer::remote::detail
