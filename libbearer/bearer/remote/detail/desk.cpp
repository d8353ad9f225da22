#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/local_slot.hpp>
#include <bearer/detail/saturating.hpp>
#include <bearer/error.hpp>
#include <bearer/freshness.hpp>
#include <bearer/remote/detail/desk.hpp>
#include <bearer/remote/detail/error_text.hpp>

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <variant>

namespace bearer::remote::detail {

/// More than an end moves that a source reckons anew at each call.
constexpr auto end_tolerance = std::chrono::seconds{1};

/// In no unnamed namespace, because handles know it.
class desk_state {
public:
  static constexpr auto name = "bearer.desk";

  desk_state(desk_actor::pointer self, handle bearer)
    : self_(self), bearer_(std::move(bearer)) {
    bearer::detail::ignore_errors(self_);
  }

  desk_actor::behavior_type make_behavior() {
    return {
      [this](fetch_atom, const question& what) { return fetch(what); },
      [this](status_atom) { return look(); },
      [this](subscribe_atom, const caf::weak_actor_ptr& gate) {
        gate_ = gate;
        bearer_.subscribe(caf::actor_cast<event_listener>(self_));
      },
      [this](const event& what) { tell(what); },
      [this](stop_atom) {
        to_gate(stop_atom_v);
        self_->quit();
      },
    };
  }

private:
  using promise = caf::typed_response_promise<answer>;

  // -- questions --------------------------------------------------------------

  caf::result<answer> fetch(const question& what) {
    auto opts = fetch_options{};
    // The replica waits for better times itself, and says meanwhile what is
    // wrong.
    opts.report_error = true;
    if (what.newer_than.count > 0)
      opts.newer_than = what.newer_than;
    if (what.rejected && opts.newer_than)
      bearer_.reject(what.newer_than);
    auto result = self_->make_response_promise<answer>();
    ask(opts, bearer::detail::saturating_add(self_->clock().now(), what.budget),
        result);
    return result;
  }

  void ask(fetch_options opts, caf::actor_clock::time_point deadline,
           const promise& to) {
    const auto left = deadline - self_->clock().now();
    opts.timeout = std::max<caf::timespan>(left, caf::timespan{1});
    bearer_.fetch(self_, opts)
      .then(
        [this, opts, deadline, to = promise{to}](const token& tok) mutable {
          // It may have ended since, and then there is another one soon.
          if (auto found = vouch_for(tok))
            to.deliver(std::move(*found));
          else
            ask(opts, deadline, to);
        },
        [to = promise{to}](const caf::error& why) mutable {
          to.deliver(decline(why));
        });
  }

  std::optional<answer> vouch_for(const token& tok) {
    const auto end = bearer_.slot().end_of(tok.generation);
    if (!end)
      return std::nullopt;
    auto result = answer{};
    result.granted = tok;
    if (end->wall != never) {
      const auto left = time_until(*end);
      if (left <= caf::timespan::zero())
        return std::nullopt;
      result.usable_until = end->wall;
      result.usable_for = left;
    }
    note_end(tok.generation, end->wall);
    return result;
  }

  /// By whichever clock says less: the wall clock may have been set back.
  caf::timespan time_until(const bearer::detail::local_slot::ends& end) const {
    using bearer::detail::saturating_distance;
    return std::min(saturating_distance(bearer_.slot().now(), end.wall),
                    saturating_distance(self_->clock().now(), end.steady));
  }

  caf::result<status> look() {
    auto result = self_->make_response_promise<status>();
    bearer_.status(self_).then(
      [result](status& x) mutable {
        if (x.last_error)
          x.last_error = caf::make_error(code_of(x.last_error));
        result.deliver(std::move(x));
      },
      [result](const caf::error&) mutable {
        result.deliver(caf::make_error(errc::stopped));
      });
    return result;
  }

  // -- news -------------------------------------------------------------------

  void tell(const event& what) {
    if (const auto* start = std::get_if<status>(&what.what))
      tell_all(*start);
    else if (const auto* news = std::get_if<events::published>(&what.what))
      tell_of(news->generation);
    else if (const auto* end = std::get_if<events::rejected>(&what.what))
      to_gate(rejected_atom_v, end->generation);
    else if (const auto* last = std::get_if<events::attempt_ended>(&what.what);
             last && last->how == events::outcome::unchanged)
      look_at_end();
  }

  /// What was rejected before there was a gate is news to who knows it.
  void tell_all(const status& start) {
    to_gate(rejected_atom_v, bearer_.slot().rejected());
    tell_of(start.current.value_or(generation{}));
  }

  void look_at_end() {
    if (const auto end = bearer_.slot().end_of(vouched_for_))
      note_end(vouched_for_, end->wall);
  }

  void tell_of(const generation& published) {
    to_gate(publish_atom_v, published);
  }

  /// A token ends then. A source may give the same one an earlier end than it
  /// had, as one does that learns of its revocation in an hour: those who go by
  /// another one have to ask again. Later ends they hear of when they do so
  /// anyway.
  void note_end(const generation& what, caf::timestamp end) {
    if (what != vouched_for_) {
      vouched_for_ = what;
      vouched_until_ = end;
    } else if (end < vouched_until_ - end_tolerance) {
      vouched_until_ = end;
      tell_of(what);
    } else {
      vouched_until_ = std::max(vouched_until_, end);
    }
  }

  template <class... Ts>
  void to_gate(Ts&&... xs) {
    if (auto gate = gate_.lock())
      bearer::detail::mail(self_, std::forward<Ts>(xs)...)
        .send(caf::actor_cast<gate_hub>(gate));
  }

  desk_actor::pointer self_;
  handle bearer_;
  caf::weak_actor_ptr gate_;

  /// The newest token that a replica got, and until when at the latest.
  generation vouched_for_;
  caf::timestamp vouched_until_;
};

desk_actor spawn_desk(const handle& bearer) {
  using impl = caf::stateful_actor<desk_state, desk_actor::impl>;
  return bearer.actor().home_system().spawn<impl>(bearer);
}

} // namespace bearer::remote::detail
