/// How an actor makes a request with the token: it says how to try once, and
/// the library sees to the token, to refusals and to the deadline.

#include <bearer/bearer.hpp>
#include <bearer/meta_objects.hpp>
#include <bearer/source/function_source.hpp>
#include <bearer/with_token.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>

namespace {

using namespace std::chrono_literals;

/// Stands for a client of a server, which answers sooner or later by a
/// callback. The server has revoked the first token.
void call_server(const bearer::token& tok, caf::timespan /* time limit */,
                 const bearer::completion<std::string>& done) {
  std::cout << "request with generation " << tok.generation.count << '\n';
  if (tok.access_token.view() == "token-1")
    done(caf::make_error(bearer::errc::token_refused,
                         bearer::refusal{"https://api.example", 401}));
  else
    done(std::string{"hello"});
}

/// Makes one request and ends.
void client(caf::event_based_actor* self, const bearer::handle& api) {
  bearer::with_token<std::string>(self, api, call_server)
    .then([](const std::string& body) { std::cout << body << '\n'; },
          [](const caf::error& why) {
            std::cout << "no answer: " << to_string(why) << '\n';
          });
}

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
  sys.spawn(client, *api);
}
