#include <bearer/detail/caf_compat.hpp>
#include <bearer/error.hpp>
#include <bearer/internal/receiver.hpp>

#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <utility>

namespace bearer::internal {

namespace {

using receiver_impl
  = receiver_actor::extend<caf::result<void>(latest_atom, token)>;

class receiver_state {
public:
  static constexpr auto name = "bearer.receiver";

  receiver_state(receiver_impl::pointer self, cache_actor cache,
                 std::shared_ptr<const receiver_config> config)
    : self_(self), cache_(std::move(cache)), config_(std::move(config)) {
    // nop
  }

  receiver_impl::behavior_type make_behavior() {
    return {
      [this](fetch_atom, fetch_options& opts) { return fetch(opts); },
      [this](can_retry_atom, const caf::error& err, const fetch_options& opts) {
        return can_retry(err, opts);
      },
      [this](latest_atom) -> caf::result<optional_token> {
        if (latest_.access_token.empty())
          return optional_token{};
        return optional_token{latest_};
      },
      [this](latest_atom, const token& fetched) { remember(fetched); },
    };
  }

private:
  /// Answers from the slot, or passes the fetch on rather than asking itself: a
  /// receiver that waited for an answer would be kept by it, and would keep the
  /// bearer in turn.
  caf::result<token> fetch(fetch_options& opts) {
    ++trials_;
    if (refused_ && !opts.newer_than)
      opts.newer_than = latest_.generation;
    if (auto found = config_->slot->hit(opts)) {
      remember(*found);
      return std::move(*found);
    }
    if (config_->slot->gone())
      return caf::make_error(errc::stopped);
    return detail::mail(self_, fetch_atom_v, std::move(opts),
                        receiver_link{self_->ctrl()})
      .delegate(cache_);
  }

  /// Several fetches may be under way; their tokens may come in any order.
  void remember(const token& fetched) {
    const auto& [id, count] = fetched.generation;
    if (latest_.generation.id == id && latest_.generation.count >= count)
      return;
    latest_ = fetched;
    refused_ = false;
  }

  bool can_retry(const caf::error& err, const fetch_options& opts) {
    if (trials_ >= opts.max_retries.value_or(config_->max_retries))
      return false;
    const auto& judge = config_->judge;
    const auto verdict = judge ? judge(err) : default_retry_verdict(err);
    if (verdict == retry_verdict::refused)
      reject_latest();
    return verdict != retry_verdict::no;
  }

  void reject_latest() {
    if (refused_ || latest_.access_token.empty())
      return;
    refused_ = true;
    // At once, so that nobody whom the caller tells of it gets it again.
    config_->slot->reject(latest_.generation);
    detail::anon_mail(cache_, reject_atom_v, latest_.generation);
  }

  receiver_impl::pointer self_;
  cache_actor cache_;
  std::shared_ptr<const receiver_config> config_;

  token latest_;

  /// The latest token was rejected, and no other was fetched since.
  bool refused_ = false;

  std::uint32_t trials_ = 0;
};

} // namespace

receiver_actor spawn_receiver(caf::actor_system& sys, cache_actor cache,
                              std::shared_ptr<const receiver_config> config) {
  using impl = caf::stateful_actor<receiver_state, receiver_impl::impl>;
  return sys.spawn<impl>(std::move(cache), std::move(config));
}

} // namespace bearer::internal
