#include "support/eventful_life.hpp"

#include <bearer/bearer.hpp>
#include <bearer/source/function_source.hpp>

#include "support/canary.hpp"
#include "support/real_time.hpp"
#include "support/scripted_source.hpp"

#include <caf/deep_to_string.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <stdexcept>

namespace bearer::test {

using namespace std::chrono_literals;

namespace {

/// Everything that subscribers are told, as text; filled by an actor.
class transcript {
public:
  void add(const event& what) {
    auto guard = std::lock_guard{mutex_};
    text_ += caf::deep_to_string(what) + '\n' + json(what) + '\n';
  }

  std::string text() {
    auto guard = std::lock_guard{mutex_};
    return text_;
  }

private:
  std::mutex mutex_;
  std::string text_;
};

/// Gives the canary, gives it spoilt, fails, and throws, in turn.
caf::expected<token> misbehave(int call) {
  const auto text = std::string{canary};
  switch (call % 6) {
    case 0:
      return make_token(text + std::to_string(call));
    case 1:
      return make_token(text + " with a blank");
    case 2:
      return make_token(text, caf::make_timestamp(), -1h);
    case 3:
      throw std::runtime_error("refused: " + text);
    case 4:
      return make_token("");
    default:
      return make_transient(caf::make_error(errc::command_failed, "plain"));
  }
}

} // namespace

std::string live_eventfully(caf::actor_system& sys) {
  auto said = std::make_shared<transcript>();
  auto text = std::string{};
  auto settings = renewal_settings{};
  settings.initial_retry_timeout = 1ms;
  settings.max_retry_timeout = 2ms;
  auto calls = std::make_shared<std::atomic<int>>(0);
  auto bearer
    = *spawn(sys,
             function_source(sys, [calls] { return misbehave((*calls)++); }),
             settings);
  auto listener = sys.spawn(
    [said](event_listener::pointer) -> event_listener::behavior_type {
      return {[said](const event& what) { said->add(what); }};
    });
  detail::anon_mail(bearer.actor(), subscribe_atom_v, listener);
  for (int i = 0; i < 60; ++i) {
    auto opts = fetch_options{};
    opts.renew_required = i % 2 == 0;
    opts.renew_synchronous = i % 3 == 0;
    opts.report_error = i % 5 == 0;
    auto result = bearer.fetch(opts);
    text += caf::deep_to_string(result) + '\n';
    if (result)
      bearer.reject(result->generation);
    else
      text += to_string(result.error()) + '\n';
    text += caf::deep_to_string(bearer.status()) + '\n'
            + caf::deep_to_string(bearer) + '\n';
  }
  // A token where none is expected, which CAF reports.
  auto client = sys.spawn([](caf::event_based_actor*) -> caf::behavior {
    return {[](int) { /* nothing else */ }};
  });
  caf::scoped_actor self{sys};
  detail::mail(self.ptr(), make_token(canary))
    .request(client, patience)
    .receive([] { /* cannot happen */ },
             [&](const caf::error& err) { text += to_string(err); });
  bearer.close(1s);
  return text + said->text();
}

} // namespace bearer::test
