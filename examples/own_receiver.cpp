/// A receiver of the application's own: the same interface as the library's,
/// hence code that uses receivers does not see the difference. This one tries
/// as often as it takes within a time limit, rather than a number of times.

#include <bearer/bearer.hpp>
#include <bearer/meta_objects.hpp>
#include <bearer/receiver.hpp>
#include <bearer/source/function_source.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/sec.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>

namespace {

using namespace std::chrono_literals;

using steady = std::chrono::steady_clock;

class patient_receiver_state {
public:
  static constexpr auto name = "example.patient-receiver";

  patient_receiver_state(bearer::receiver_actor::pointer self,
                         bearer::handle api, steady::duration limit)
    : self_(self), api_(std::move(api)), end_(steady::now() + limit) {
    // nop
  }

  bearer::receiver_actor::behavior_type make_behavior() {
    return {
      [this](bearer::fetch_atom, const bearer::fetch_options& options) {
        return fetch(options);
      },
      [this](bearer::can_retry_atom, const caf::error& err,
             const bearer::fetch_options&) { return can_retry(err); },
      [this](bearer::latest_atom) -> caf::result<bearer::optional_token> {
        return latest_;
      },
    };
  }

private:
  caf::result<bearer::token> fetch(bearer::fetch_options options) {
    // A token that the server refused would be refused again.
    if (latest_)
      options.newer_than = latest_->generation;
    auto promise = self_->make_response_promise<bearer::token>();
    api_.fetch(self_, options)
      .then(
        [this, promise](const bearer::token& tok) mutable {
          latest_ = tok;
          promise.deliver(tok);
        },
        [promise](const caf::error& err) mutable { promise.deliver(err); });
    return promise;
  }

  bool can_retry(const caf::error& err) {
    if (steady::now() >= end_)
      return false;
    const auto verdict = bearer::default_retry_verdict(err);
    if (verdict == bearer::retry_verdict::refused && latest_)
      api_.reject(latest_->generation);
    return verdict != bearer::retry_verdict::no;
  }

  bearer::receiver_actor::pointer self_;
  bearer::handle api_;
  steady::time_point end_;
  bearer::optional_token latest_;
};

/// Works with any receiver. Its server accepts nothing before the fourth token.
bool send_request(caf::actor_system& sys,
                  const bearer::receiver_actor& receiver) {
  auto self = caf::scoped_actor{sys};
  auto done = false;
  auto again = true;
  auto give_up = [&again](const caf::error& err) {
    std::cout << "error: " << to_string(err) << '\n';
    again = false;
  };
  while (again && !done) {
    bearer::fetch(self.ptr(), receiver)
      .receive(
        [&](const bearer::token& tok) {
          done = tok.access_token.view() == "token-4";
          std::cout << "generation " << tok.generation.count << ": "
                    << (done ? "accepted" : "refused") << '\n';
        },
        give_up);
    if (!again || done)
      break;
    auto refusal = caf::make_error(caf::sec::runtime_error, "401");
    bearer::can_retry(self.ptr(), receiver, refusal)
      .receive([&](bool yes) { again = yes; }, give_up);
  }
  return done;
}

} // namespace

int main() {
  bearer::init_global_meta_objects();
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
  auto settings = bearer::renewal_settings{};
  settings.initial_retry_timeout = 100ms;
  auto source = bearer::function_source(sys, [calls = 0]() mutable {
    return bearer::token{bearer::secret{"token-" + std::to_string(++calls)}};
  });
  auto api = bearer::spawn(sys, source, settings);
  if (!api) {
    std::cerr << to_string(api.error()) << '\n';
    return EXIT_FAILURE;
  }
  using patient_receiver
    = caf::stateful_actor<patient_receiver_state, bearer::receiver_actor::impl>;
  auto receiver = sys.spawn<patient_receiver>(*api, 10s);
  return send_request(sys, receiver) ? EXIT_SUCCESS : EXIT_FAILURE;
}
