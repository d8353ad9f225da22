#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/linked_receiver.hpp>
#include <bearer/error.hpp>
#include <bearer/internal/receiver.hpp>

#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <utility>

namespace bearer::internal {

namespace {

class receiver_state {
public:
  static constexpr auto name = "bearer.receiver";

  receiver_state(detail::linked_receiver* self, cache_actor cache,
                 std::shared_ptr<const detail::receiver_config> config)
    : self_(self), cache_(std::move(cache)), memory_(std::move(config)) {
    // nop
  }

  receiver_state(const receiver_state&) = delete;

  receiver_state& operator=(const receiver_state&) = delete;

  ~receiver_state() {
    // Somebody may still hold the actor.
    self_->tray.close();
  }

  receiver_actor::behavior_type make_behavior() {
    return {
      [this](fetch_atom, fetch_options& opts) { return fetch(opts); },
      [this](can_retry_atom, const caf::error& why, const fetch_options& opts) {
        return can_retry(why, opts);
      },
      [this](latest_atom) -> caf::result<optional_token> { return latest(); },
    };
  }

private:
  /// Answers from the slot, or passes the fetch on rather than asking itself: a
  /// receiver that waited for an answer would be kept by it, and would keep the
  /// bearer in turn.
  caf::result<token> fetch(fetch_options& opts) {
    catch_up();
    memory_.begin(opts);
    auto& slot = *memory_.config().slot;
    if (auto found = slot.hit(opts)) {
      memory_.remember(*found);
      return std::move(*found);
    }
    if (slot.gone())
      return caf::make_error(errc::stopped);
    return detail::mail(self_, fetch_atom_v, std::move(opts), self_->link())
      .delegate(cache_);
  }

  bool can_retry(const caf::error& why, const fetch_options& opts) {
    catch_up();
    const auto advice = memory_.judge(why, opts);
    if (advice.rejected)
      detail::anon_mail(cache_, reject_atom_v, *advice.rejected);
    return advice.retry;
  }

  optional_token latest() {
    catch_up();
    return memory_.latest();
  }

  /// What fetches brought that were passed on.
  void catch_up() {
    if (auto fetched = self_->tray.take())
      memory_.remember(*fetched);
  }

  detail::linked_receiver* self_;
  cache_actor cache_;
  detail::request_memory memory_;
};

} // namespace

receiver_actor
spawn_receiver(caf::actor_system& sys, cache_actor cache,
               std::shared_ptr<const detail::receiver_config> config) {
  using impl = caf::stateful_actor<receiver_state, detail::linked_receiver>;
  return sys.spawn<impl>(std::move(cache), std::move(config));
}

} // namespace bearer::internal
