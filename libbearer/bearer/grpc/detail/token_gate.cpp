#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/thread_memory.hpp>
#include <bearer/error.hpp>
#include <bearer/event.hpp>
#include <bearer/grpc/detail/token_gate.hpp>

#include <caf/action.hpp>
#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/sec.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <variant>

namespace bearer::grpc::detail {

namespace {

/// Runs `f` inside the courier.
template <class F>
void run_in(const event_listener& courier, F f) {
  bearer::detail::anon_mail(caf::actor_cast<caf::actor>(courier),
                            caf::make_action(std::move(f)));
}

class courier_state {
public:
  static constexpr auto name = "bearer.grpc-courier";

  courier_state(event_listener::pointer self,
                const std::shared_ptr<event_listener::pointer>& where,
                std::weak_ptr<token_gate> gate)
    : gate_(std::move(gate)) {
    bearer::detail::ignore_errors(self);
    *where = self;
  }

  event_listener::behavior_type make_behavior() {
    return {
      [this](const event& what) {
        if (std::holds_alternative<events::stopped>(what.what))
          end();
      },
    };
  }

private:
  void end() {
    if (auto gate = gate_.lock())
      gate->let_go();
  }

  std::weak_ptr<token_gate> gate_;
};

/// Fetches inside the courier, which CAF keeps until the answer.
void fetch(event_listener::pointer self, const handle& bearer,
           const fetch_options& opts, const token_gate::handler& later) {
  bearer.fetch(self, opts)
    .then([later](const token& tok) { later(tok); },
          [later](const caf::error& why) {
            // Somebody has killed the bearer's actors.
            if (why == caf::sec::request_receiver_down)
              later(caf::make_error(errc::stopped));
            else
              later(why);
          });
}

} // namespace

std::shared_ptr<token_gate> token_gate::make(const handle& bearer,
                                             fetch_options waiting) {
  using impl = caf::stateful_actor<courier_state, event_listener::impl>;
  const auto memory = bearer::detail::thread_memory{};
  auto result = std::make_shared<token_gate>(bearer, std::move(waiting));
  result->courier_ = event_listener{bearer.actor().home_system().spawn<impl>(
    result->courier_self_, std::weak_ptr{result})};
  bearer.subscribe(result->courier_);
  return result;
}

token_gate::token_gate(const handle& bearer, fetch_options waiting)
  : mutex_(std::make_shared<std::mutex>()),
    waiting_(std::move(waiting)),
    reader_(std::make_shared<reader>(bearer.reader())),
    courier_self_(std::make_shared<event_listener::pointer>(nullptr)) {
  // nop
}

token_gate::~token_gate() {
  if (!reader_)
    return;
  // An actor system may wait for nothing else than what this thread holds. So
  // the courier lets go of it, on a thread of the actor system, and after this
  // one has let go of the courier.
  const auto guard = std::lock_guard{*mutex_};
  run_in(courier_, [mutex = mutex_, last = std::move(reader_)] {
    const auto wait = std::lock_guard{*mutex};
  });
  courier_ = nullptr;
}

std::optional<caf::expected<token>> token_gate::look() {
  if (!reader_)
    return caf::expected<token>{caf::make_error(errc::stopped)};
  if (const auto* tok = reader_->read())
    return caf::expected<token>{*tok};
  return std::nullopt;
}

void token_gate::wait(handler later) {
  run_in(courier_,
         [self = courier_self_, bearer = reader_->bearer(), opts = waiting_,
          later = std::move(later)] { fetch(*self, bearer, opts, later); });
}

void token_gate::let_go() {
  auto old = std::shared_ptr<reader>{};
  auto courier = event_listener{};
  const auto guard = std::lock_guard{*mutex_};
  old = std::move(reader_);
  courier = std::move(courier_);
}

} // namespace bearer::grpc::detail
