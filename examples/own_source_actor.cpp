/// A token source as an actor: for tokens that come by messages, or that
/// something has to be cleaned up for.

#include <bearer/bearer.hpp>
#include <bearer/meta_objects.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/error.hpp>
#include <caf/sec.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/timestamp.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>

namespace {

using namespace std::chrono_literals;

/// Sources without anything to clean up are a `bearer::token_source`, which has
/// the first of these two messages only.
class login_state {
public:
  static constexpr auto name = "example.login";

  explicit login_state(bearer::closable_token_source::pointer self)
    : self_(self) {
    // nop
  }

  bearer::closable_token_source::behavior_type make_behavior() {
    return {
      [this](bearer::fetch_atom, const bearer::attempt& what) {
        return log_in(what);
      },
      [this](bearer::close_atom, caf::timespan) {
        std::cout << "source: logged out\n";
        self_->quit();
      },
    };
  }

private:
  /// One attempt. Sources do not retry, do not cache and do not share: that is
  /// the bearer's part.
  caf::result<bearer::token> log_in(const bearer::attempt& what) {
    std::cout << "source: attempt " << what.number << ", "
              << to_string(what.reason) << std::endl;
    if (what.number == 1) {
      // Without make_transient, the backoff alone says when to try again;
      // make_permanent says that trying again is of little use.
      return bearer::make_transient(caf::make_error(caf::sec::runtime_error,
                                                    "429 Too Many Requests"),
                                    250ms);
    }
    auto result = bearer::token{};
    result.access_token = bearer::secret{"session-" + std::to_string(++count_)};
    result.expires_at = caf::make_timestamp() + 1h;
    return result;
  }

  bearer::closable_token_source::pointer self_;
  int count_ = 0;
};

} // namespace

int main() {
  bearer::init_global_meta_objects();
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
  using login
    = caf::stateful_actor<login_state, bearer::closable_token_source::impl>;
  auto settings = bearer::renewal_settings{};
  settings.initial_retry_timeout = 100ms;
  auto api = bearer::spawn(sys, sys.spawn<login>(), settings);
  if (!api) {
    std::cerr << to_string(api.error()) << '\n';
    return EXIT_FAILURE;
  }
  // Waits through the failure.
  auto token = api->fetch();
  if (!token) {
    std::cerr << to_string(token.error()) << '\n';
    return EXIT_FAILURE;
  }
  std::cout << "got generation " << token->generation.count << " after "
            << api->status().attempts << " attempts\n";
  // Closes the source, too.
  api->close(1s);
}
