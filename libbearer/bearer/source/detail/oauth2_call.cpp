#include <bearer/detail/caf_compat.hpp>
#include <bearer/error.hpp>
#include <bearer/http/url.hpp>
#include <bearer/oauth2/token_request.hpp>
#include <bearer/oauth2/token_response.hpp>
#include <bearer/source/detail/blocking_call.hpp>
#include <bearer/source/detail/http_attempt.hpp>
#include <bearer/source/detail/oauth2_call.hpp>
#include <bearer/source/detail/oauth2_discovery.hpp>
#include <bearer/source/detail/refresh_token_use.hpp>

#include <caf/stateful_actor.hpp>

#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <variant>

namespace bearer::detail {

namespace {

/// Whether the endpoint seems to be another one by now. A server that is slow,
/// ill or busy has not moved.
bool may_have_moved(const caf::error& err) {
  if (err == errc::connection_failed || err == errc::unusable_response)
    return true;
  const auto said = refusal_of(err);
  return said && said->error.empty() && is_permanent(err);
}

class oauth2_call_state {
public:
  static constexpr auto name = "bearer.oauth2-call";

  oauth2_call_state(token_source::pointer self, http::client_actor client,
                    std::shared_ptr<const oauth2::options> options,
                    std::shared_ptr<oauth2_session> session)
    : self_(self),
      attempt_(self, std::move(client)),
      discovery_(attempt_, options),
      options_(std::move(options)),
      session_(std::move(session)),
      refresh_token_(session_, options_->grant) {
    // nop
  }

  ~oauth2_call_state() {
    // Whoever waits for the thread would hold up the actor system.
    if (on_thread_)
      detail::anon_mail(on_thread_, stop_atom_v);
  }

  token_source::behavior_type make_behavior() {
    return {
      [this](fetch_atom, const attempt& what) {
        auto result = attempt_.begin(what);
        start();
        return result;
      },
    };
  }

private:
  void start() {
    // Were it sent twice, a server would take it for stolen.
    if (!refresh_token_.reserve()) {
      give_up(
        caf::make_error(errc::busy, "another attempt has the refresh token"));
      return;
    }
    // One that nobody has stored yet may be lost with this process; none is
    // used up for another one before.
    store_then([this] { find_endpoint(); });
  }

  void find_endpoint() {
    endpoint_ = session_->token_endpoint();
    if (!endpoint_.empty()) {
      build();
      return;
    }
    discovery_.start([this](caf::expected<std::string> found) {
      if (!found) {
        give_up(std::move(found.error()));
        return;
      }
      endpoint_ = std::move(*found);
      session_->set_token_endpoint(endpoint_);
      build();
    });
  }

  // -- the request ------------------------------------------------------------

  void build() {
    auto current = session_->refresh_token();
    if (!session_->signers()) {
      send(oauth2::make_token_request(*options_, endpoint_, current,
                                      attempt_.left()));
      return;
    }
    // A blocking call returns a token. The request goes beside it, and is there
    // once the call has ended.
    auto built = std::make_shared<http::request>();
    auto make = [options = options_, endpoint = endpoint_,
                 current = std::move(current),
                 built](const attempt& what,
                        const std::stop_token&) -> caf::expected<token> {
      auto result = oauth2::make_token_request(*options, endpoint, current,
                                               what.budget);
      if (!result)
        return std::move(result.error());
      *built = std::move(*result);
      return token{};
    };
    run_on_thread(std::make_shared<call_record>(), std::move(make),
                  session_->signers(),
                  [this, built](const token&) { send(std::move(*built)); });
  }

  void send(caf::expected<http::request> request) {
    if (!request) {
      give_up(std::move(request.error()));
      return;
    }
    body_ = request->body;
    refresh_token_.begin();
    attempt_.send(
      std::move(*request),
      [this, asked_at = options_->clock()](const http::response& answer) {
        read(answer, asked_at);
      },
      [this](caf::error& err) { fail(std::move(err)); });
  }

  // -- the answer -------------------------------------------------------------

  void read(const http::response& answer, caf::timestamp asked_at) {
    const auto sent = oauth2::secrets_of(*options_, session_->refresh_token(),
                                         body_);
    auto granted = oauth2::parse_token_response(answer, asked_at,
                                                options_->clock(), origin(),
                                                sent);
    if (!granted) {
      rescue_refresh_token(answer, std::move(granted.error()));
      return;
    }
    refresh_token_.succeeded(std::move(granted->refresh_token));
    store_then([this, result = std::move(granted->access_token)]() mutable {
      refresh_token_.end();
      attempt_.succeed(std::move(result));
    });
  }

  /// The server has replaced the refresh token, whatever is wrong with the rest
  /// of its answer.
  void rescue_refresh_token(const http::response& answer, caf::error why) {
    auto next = refresh_token_ ? oauth2::refresh_token_in(answer) : secret{};
    if (next.empty()) {
      fail(std::move(why));
      return;
    }
    refresh_token_.succeeded(std::move(next));
    store_then(
      [this, why = std::move(why)]() mutable { give_up(std::move(why)); });
  }

  /// Goes on once the application has stored the refresh token, if need be.
  template <class Next>
  void store_then(Next next) {
    const auto* grant = std::get_if<oauth2::refresh_token>(&options_->grant);
    if (grant == nullptr || !grant->store || !session_->unstored()) {
      next();
      return;
    }
    auto call_hook = [options = options_, session = session_,
                      grant](const attempt&,
                             const std::stop_token&) -> caf::expected<token> {
      if (auto err = store_refresh_token(*session, *grant))
        return err;
      return token{};
    };
    // A thread of its own: nobody knows what a hook waits for.
    run_on_thread(std::make_shared<call_record>(), std::move(call_hook),
                  nullptr,
                  [next = std::move(next)](const token&) mutable { next(); });
  }

  void fail(caf::error err) {
    err = refresh_token_.failed(std::move(err), origin());
    // An endpoint of the options stays.
    if (may_have_moved(err))
      session_->set_token_endpoint(options_->token_endpoint);
    give_up(std::move(err));
  }

  /// Others may have the refresh token before the answer leads to the next
  /// attempt.
  void give_up(caf::error why) {
    refresh_token_.end();
    attempt_.fail(std::move(why));
  }

  // -- helpers ----------------------------------------------------------------

  std::string origin() const {
    return "token endpoint " + http::shown(endpoint_);
  }

  template <class Then>
  void run_on_thread(std::shared_ptr<call_record> record,
                     blocking_function what, std::shared_ptr<thread_crew> crew,
                     Then then) {
    on_thread_ = spawn_blocking_call(self_->system(), std::move(record),
                                     std::make_shared<const blocking_function>(
                                       std::move(what)),
                                     std::move(crew));
    auto budget = attempt{};
    budget.budget = attempt_.left();
    detail::mail(self_, fetch_atom_v, budget)
      .request(on_thread_, caf::infinite)
      .then(std::move(then),
            [this](caf::error& err) { give_up(std::move(err)); });
  }

  token_source::pointer self_;
  http_attempt attempt_;
  oauth2_discovery discovery_;
  std::shared_ptr<const oauth2::options> options_;
  std::shared_ptr<oauth2_session> session_;
  refresh_token_use refresh_token_;

  std::string endpoint_;

  // Of the request, which an answer may repeat.
  secret body_;

  // The latest piece of work on another thread.
  blocking_call on_thread_;
};

} // namespace

token_source spawn_oauth2_call(caf::actor_system& sys,
                               http::client_actor client,
                               std::shared_ptr<const oauth2::options> options,
                               std::shared_ptr<oauth2_session> session) {
  using impl = caf::stateful_actor<oauth2_call_state, token_source::impl>;
  return sys.spawn<impl>(std::move(client), std::move(options),
                         std::move(session));
}

} // namespace bearer::detail
