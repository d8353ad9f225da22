#include "clients.hpp"

#include <bearer/actors.hpp>
#include <bearer/error.hpp>
#include <bearer/receiver.hpp>

#include <caf/event_based_actor.hpp>
#include <caf/sec.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/timestamp.hpp>

#include "fake_server.hpp"

#include <utility>

namespace file_demo {

namespace {

using steady = std::chrono::steady_clock;

class client_state {
public:
  static constexpr auto name = "file_demo.client";

  client_state(caf::event_based_actor* self, bearer::handle tokens,
               caf::timespan timeout, std::shared_ptr<tally_collector> results)
    : self_(self), tokens_(std::move(tokens)), results_(std::move(results)) {
    options_.timeout = timeout;
  }

  caf::behavior make_behavior() {
    start_request();
    return {
      [this](bearer::stop_atom) { finishing_ = true; },
    };
  }

private:
  void start_request() {
    if (finishing_) {
      results_->add(tally_);
      self_->quit();
      return;
    }
    receiver_ = tokens_.receiver();
    fetch();
  }

  void fetch() {
    ++tally_.sent;
    fetched_at_ = steady::now();
    bearer::fetch(self_, receiver_, options_)
      .then([this](const bearer::token& tok) { use(tok); },
            [this](const caf::error& err) { miss(err); });
  }

  /// The point of it all: what arrives here must be good.
  void use(const bearer::token& tok) {
    ++tally_.tokens;
    tally_.latencies.add(steady::now() - fetched_at_);
    if (!tok.expires_at)
      note_unexpected("a token without expiry");
    else if (caf::make_timestamp() >= *tok.expires_at)
      ++tally_.expired;
    if (fake_server::accepts(tok.access_token.view()))
      start_request();
    else
      report_refusal();
  }

  void report_refusal() {
    ++tally_.refused;
    auto unauthorized = caf::make_error(caf::sec::runtime_error, "status 401");
    bearer::can_retry(self_, receiver_, unauthorized, options_)
      .then(
        [this](bool again) {
          if (again)
            fetch();
          else
            start_request();
        },
        [this](const caf::error& err) {
          note_unexpected("can_retry: " + to_string(err));
          start_request();
        });
  }

  void miss(const caf::error& err) {
    if (err == bearer::errc::timed_out)
      ++tally_.timed_out;
    else
      ++tally_.failed;
    if (err != bearer::errc::timed_out || options_.timeout == patience)
      note_unexpected("fetch: " + to_string(err));
    start_request();
  }

  void note_unexpected(std::string what) {
    if (tally_.unexpected.empty())
      tally_.unexpected = std::move(what);
  }

  caf::event_based_actor* self_;
  bearer::handle tokens_;
  bearer::fetch_options options_;
  std::shared_ptr<tally_collector> results_;

  /// Of the request under way.
  bearer::receiver_actor receiver_;
  steady::time_point fetched_at_;

  bool finishing_ = false;
  tally tally_;
};

} // namespace

caf::actor spawn_client(caf::actor_system& sys, const bearer::handle& tokens,
                        caf::timespan timeout,
                        std::shared_ptr<tally_collector> results) {
  return sys.spawn<caf::stateful_actor<client_state>>(tokens, timeout,
                                                      std::move(results));
}

} // namespace file_demo
