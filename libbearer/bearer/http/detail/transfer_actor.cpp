#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/monitor.hpp>
#include <bearer/error.hpp>
#include <bearer/http/detail/check_request.hpp>
#include <bearer/http/detail/transfer_actor.hpp>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <exception>
#include <utility>

namespace bearer::http::detail {

namespace {

class transfer_state {
public:
  static constexpr auto name = "bearer.http-transfer";

  transfer_state(client_actor::pointer self, std::shared_ptr<engine> io)
    : self_(self), io_(std::move(io)) {
    // nop
  }

  ~transfer_state() {
    if (!exchange_)
      return;
    exchange_->detach();
    io_->drop_abandoned();
  }

  client_actor::behavior_type make_behavior() {
    return {
      [this](fetch_atom, request& what) { return fetch(std::move(what)); },
    };
  }

private:
  caf::result<response> fetch(request what) {
    try {
      if (auto err = check_request(what)) {
        self_->quit();
        return err;
      }
      start(std::move(what));
    } catch (const std::exception& ex) {
      self_->quit();
      return caf::make_error(errc::connection_failed,
                             std::string{"cannot start a transfer: "}.append(
                               ex.what()));
    }
    return promise_;
  }

  void start(request what) {
    auto fresh = std::make_shared<exchange>(std::move(what));
    fresh->attach(caf::weak_actor_ptr{self_->ctrl()},
                  caf::make_action([this] { finish(); }));
    io_->start(fresh);
    exchange_ = std::move(fresh);
    // Nobody else holds this actor until the answer comes.
    me_ = caf::strong_actor_ptr{self_->ctrl()};
    // The promise takes the sender away on CAF 0.18.7.
    const auto sender = caf::actor_cast<caf::actor>(self_->current_sender());
    promise_ = self_->make_response_promise<response>();
    if (sender)
      watch_ = bearer::detail::monitor(
        self_, sender, [this](const caf::error&) { self_->quit(); });
  }

  void finish() {
    const auto done = std::exchange(exchange_, nullptr);
    auto result = done->take();
    // Waits until the I/O thread has let go of this actor.
    done->detach();
    if (result)
      promise_.deliver(std::move(*result));
    else
      promise_.deliver(std::move(result.error()));
    self_->quit();
  }

  client_actor::pointer self_;
  std::shared_ptr<engine> io_;
  std::shared_ptr<exchange> exchange_;
  caf::strong_actor_ptr me_;

  /// Of who asks.
  bearer::detail::monitoring watch_;

  caf::typed_response_promise<response> promise_;
};

} // namespace

client_actor spawn_transfer(caf::actor_system& sys,
                            std::shared_ptr<engine> io) {
  using impl = caf::stateful_actor<transfer_state, client_actor::impl>;
  return sys.spawn<impl>(std::move(io));
}

} // namespace bearer::http::detail
