#include <bearer/detail/caf_compat.hpp>
#include <bearer/error.hpp>
#include <bearer/internal/receiver.hpp>

#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <utility>

namespace bearer::internal {

namespace {

class receiver_state {
public:
  static constexpr auto name = "bearer.receiver";

  receiver_state(receiver_actor::pointer self, cache_actor cache,
                 std::shared_ptr<const receiver_config> config)
    : self_(self), cache_(std::move(cache)), config_(std::move(config)) {
    // nop
  }

  receiver_actor::behavior_type make_behavior() {
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
    };
  }

private:
  caf::result<token> fetch(fetch_options& opts) {
    ++trials_;
    if (refused_ && !opts.newer_than)
      opts.newer_than = latest_.generation;
    auto promise = self_->make_response_promise<token>();
    // Infinite, because a cache always answers by the deadline it was given.
    detail::mail(self_, fetch_atom_v, std::move(opts))
      .request(cache_, caf::infinite)
      .then(
        [this, promise](token& result) mutable {
          latest_ = result;
          refused_ = false;
          promise.deliver(std::move(result));
        },
        [promise](caf::error& err) mutable {
          if (err == caf::sec::request_receiver_down)
            err = caf::make_error(errc::stopped);
          promise.deliver(std::move(err));
        });
    return promise;
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
    detail::mail(self_, reject_atom_v, latest_.generation).send(cache_);
  }

  receiver_actor::pointer self_;
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
  using impl = caf::stateful_actor<receiver_state, receiver_actor::impl>;
  return sys.spawn<impl>(std::move(cache), std::move(config));
}

} // namespace bearer::internal
