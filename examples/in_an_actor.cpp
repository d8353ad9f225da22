/// How an actor authenticates a request: with a receiver, which fetches the
/// token and decides whether to try again after the server refused it.

#include <bearer/bearer.hpp>
#include <bearer/meta_objects.hpp>
#include <bearer/receiver.hpp>
#include <bearer/source/function_source.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/sec.hpp>
#include <caf/stateful_actor.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>

namespace {

using namespace std::chrono_literals;

/// Stands for the real request. Its server has revoked the first token.
caf::error call_server(const bearer::token& tok) {
  if (tok.access_token.view() == "token-1")
    return caf::make_error(caf::sec::runtime_error, "401 Unauthorized");
  return {};
}

class request_state {
public:
  static constexpr auto name = "example.request";

  request_state(caf::event_based_actor* self, const bearer::handle& api)
    // One receiver for one request: it counts the trials.
    : self_(self), receiver_(api.receiver()) {
    // nop
  }

  // No behavior: the actor ends when it has no answer to wait for.
  caf::behavior make_behavior() {
    attempt();
    return {};
  }

private:
  void attempt() {
    bearer::fetch(self_, receiver_)
      .then([this](const bearer::token& tok) { send(tok); },
            [](const caf::error& err) {
              std::cout << "no token: " << to_string(err) << '\n';
            });
  }

  void send(const bearer::token& tok) {
    std::cout << "request with generation " << tok.generation.count << ": ";
    if (auto err = call_server(tok)) {
      std::cout << to_string(err) << '\n';
      retry(std::move(err));
    } else {
      std::cout << "200 OK\n";
    }
  }

  void retry(caf::error err) {
    // By default any error that is none of the library's own counts as a
    // refusal of the token; `spawn_options::judge` decides otherwise, as it
    // should where servers fail for other reasons, too.
    bearer::can_retry(self_, receiver_, std::move(err))
      .then(
        [this](bool yes) {
          if (yes)
            attempt();
        },
        [](const caf::error& why) {
          std::cout << "no answer: " << to_string(why) << '\n';
        });
  }

  caf::event_based_actor* self_;
  bearer::receiver_actor receiver_;
};

} // namespace

int main() {
  bearer::init_global_meta_objects();
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
  auto settings = bearer::renewal_settings{};
  // The least time between two calls of the source.
  settings.initial_retry_timeout = 100ms;
  auto source = bearer::function_source(sys, [calls = 0]() mutable {
    return bearer::token{bearer::secret{"token-" + std::to_string(++calls)}};
  });
  auto api = bearer::spawn(sys, source, settings);
  if (!api) {
    std::cerr << to_string(api.error()) << '\n';
    return EXIT_FAILURE;
  }
  // Its end is waited for at the end of `sys`, and so is the bearer's, which
  // comes with the last handle.
  sys.spawn<caf::stateful_actor<request_state>>(*api);
}
