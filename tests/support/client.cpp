#include "support/client.hpp"

#include <bearer/detail/caf_compat.hpp>

#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <stdexcept>
#include <string>

namespace bearer::test {

namespace {

const caf::expected<token>& only_answer(const pending_fetch::state& state) {
  const auto guard = std::lock_guard{state.mutex};
  if (state.answers.size() != 1)
    throw std::logic_error("expected one answer, got "
                           + std::to_string(state.answers.size()));
  return state.answers.front();
}

/// Asks `target` once, and lets go of it at once.
template <class Target>
pending_fetch spawn_client(caf::actor_system& sys, const Target& target,
                           const fetch_options& opts) {
  auto result = pending_fetch{};
  auto state = result.state_;
  auto client = sys.spawn(
    [state, opts, to = Target{target}](caf::event_based_actor* self) mutable {
      detail::mail(self, fetch_atom_v, opts)
        .request(to, caf::infinite)
        .then([state](const token& tok) { state->add(tok); },
              [state](const caf::error& err) { state->add(err); });
      to = nullptr;
    });
  state->client = client.address();
  return result;
}

} // namespace

const token& pending_fetch::value() const {
  const auto& answer = only_answer(*state_);
  if (!answer)
    throw std::logic_error("expected a token, got "
                           + to_string(answer.error()));
  return *answer;
}

const caf::error& pending_fetch::error() const {
  const auto& answer = only_answer(*state_);
  if (answer)
    throw std::logic_error("expected an error, got a token");
  return answer.error();
}

pending_fetch fetch(const handle& bearer, const fetch_options& opts) {
  return spawn_client(bearer.actor().home_system(), bearer.actor(), opts);
}

pending_fetch fetch(caf::actor_system& sys, const receiver_actor& receiver,
                    const fetch_options& opts) {
  return spawn_client(sys, receiver, opts);
}

void kill(const pending_fetch& waiting) {
  auto client = caf::actor_cast<caf::actor>(waiting.state_->client);
  caf::anon_send_exit(client, caf::exit_reason::kill);
}

std::shared_ptr<std::optional<bool>>
can_retry(caf::actor_system& sys, const receiver_actor& receiver,
          const caf::error& err, const fetch_options& opts) {
  auto result = std::make_shared<std::optional<bool>>();
  sys.spawn([=](caf::event_based_actor* self) {
    detail::mail(self, can_retry_atom_v, err, opts)
      .request(receiver, caf::infinite)
      .then([result](bool answer) { *result = answer; },
            [](const caf::error&) { /* stays without an answer */ });
  });
  return result;
}

event_log::event_log(const handle& bearer)
  : events_(std::make_shared<std::vector<event>>()) {
  auto& sys = bearer.actor().home_system();
  listener_
    = sys.spawn([events = events_](
                  event_listener::pointer) -> event_listener::behavior_type {
        return {[events](const event& what) { events->push_back(what); }};
      });
  detail::anon_mail(bearer.actor(), subscribe_atom_v, listener_);
}

} // namespace bearer::test
