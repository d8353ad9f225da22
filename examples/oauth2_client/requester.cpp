#include "requester.hpp"

#include <bearer/actors.hpp>
#include <bearer/completion.hpp>
#include <bearer/error.hpp>
#include <bearer/http/client.hpp>
#include <bearer/http/send.hpp>
#include <bearer/http/url.hpp>
#include <bearer/with_token.hpp>

#include "support/interrupts.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/expected.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/timespan.hpp>
#include <caf/timestamp.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace oauth2_client {

namespace {

namespace http = bearer::http;

using steady = std::chrono::steady_clock;

/// After a request that ended badly, which may do so at once again.
constexpr auto least_pause_after_failure = std::chrono::milliseconds{100};

class requester_state {
public:
  static constexpr auto name = "oauth2_client.requester";

  requester_state(caf::event_based_actor* self,
                  std::shared_ptr<shared_work> work)
    : self_(self),
      work_(std::move(work)),
      client_(http::shared_client(self->system())),
      request_(http::get(work_->what.url)),
      server_(http::shown(work_->what.url)) {
    request_.connection = work_->what.connection;
  }

  caf::behavior make_behavior() {
    // Later: an actor must not quit before it has begun.
    wait(caf::timespan::zero());
    return {
      [this](bearer::stop_atom) {
        if (pausing_)
          leave();
      },
    };
  }

private:
  // -- one request ------------------------------------------------------------

  void start_request() {
    pausing_ = false;
    if (!work_->left.take())
      return leave();
    attempts_ = 0;
    wanted_at_ = steady::now();
    if (work_->what.url.empty())
      fetch();
    else
      send();
  }

  void fetch() {
    work_->tokens.fetch(self_).then(
      [this](const bearer::token& tok) {
        note_token(tok);
        succeed();
      },
      [this](const caf::error& why) { fail(why); });
  }

  /// What `http::send` does, and a look at each token.
  void send() {
    bearer::with_token<http::response>(
      self_, work_->tokens,
      [this](const bearer::token& tok, caf::timespan budget,
             const bearer::completion<http::response>& done) {
        note_token(tok);
        http::send_once(self_, client_, request_, tok, budget,
                        [this, done](caf::expected<http::response> outcome) {
                          wanted_at_ = steady::now();
                          done(std::move(outcome));
                        });
      })
      .then([this](const http::response& answer) { judge(answer); },
            [this](const caf::error& why) { fail(why); });
  }

  // -- what became of it ------------------------------------------------------

  void note_token(const bearer::token& tok) {
    ++attempts_;
    ++tally_.attempts;
    tally_.fetches.add(steady::now() - wanted_at_);
    if (tok.expires_at && caf::make_timestamp() >= *tok.expires_at)
      ++tally_.expired_served;
  }

  void judge(const http::response& answer) {
    if (answer.status >= 200 && answer.status < 300)
      return succeed();
    if (answer.status == 401)
      ++tally_.unauthorised;
    else
      ++tally_.failed;
    end_badly(server_ + ": status " + std::to_string(answer.status));
  }

  void succeed() {
    ++tally_.ok;
    end(work_->what.pause);
  }

  void fail(const caf::error& why) {
    if (why == bearer::errc::token_refused)
      ++tally_.unauthorised;
    else
      ++tally_.failed;
    end_badly(to_string(why));
  }

  void end_badly(std::string why) {
    if (tally_.first_error.empty())
      tally_.first_error = std::move(why);
    end(std::max<caf::timespan>(work_->what.pause, least_pause_after_failure));
  }

  void end(caf::timespan pause) {
    if (attempts_ > 1)
      ++tally_.retried;
    if (pause == caf::timespan::zero())
      return start_request();
    wait(pause);
  }

  void wait(caf::timespan pause) {
    pausing_ = true;
    self_->run_delayed(pause, [this] { start_request(); });
  }

  void leave() {
    if (work_->results.add(tally_) == work_->what.concurrency)
      example::wake_sleeper();
    self_->quit();
  }

  caf::event_based_actor* self_;
  std::shared_ptr<shared_work> work_;
  http::client_actor client_;
  http::request request_;

  /// The URL as errors show it.
  std::string server_;

  /// Of the request under way.
  std::uint32_t attempts_ = 0;
  steady::time_point wanted_at_;

  bool pausing_ = false;
  tally tally_;
};

} // namespace

caf::actor spawn_requester(caf::actor_system& sys,
                           std::shared_ptr<shared_work> work) {
  return sys.spawn<caf::stateful_actor<requester_state>>(std::move(work));
}

} // namespace oauth2_client
