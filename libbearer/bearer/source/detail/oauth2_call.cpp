#include <bearer/detail/caf_compat.hpp>
#include <bearer/error.hpp>
#include <bearer/http/url.hpp>
#include <bearer/oauth2/token_request.hpp>
#include <bearer/oauth2/token_response.hpp>
#include <bearer/source/detail/blocking_call.hpp>
#include <bearer/source/detail/http_attempt.hpp>
#include <bearer/source/detail/oauth2_call.hpp>
#include <bearer/source/detail/oauth2_discovery.hpp>
#include <bearer/source/detail/redact.hpp>

#include <caf/stateful_actor.hpp>

#include <array>
#include <exception>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <variant>

namespace bearer::detail {

namespace {

using refresh_token_hook = std::function<caf::error(const secret&)>;

bool signs(const oauth2::assertion& what) noexcept {
  return std::holds_alternative<oauth2::signed_assertion>(what);
}

/// Whether a request takes a signature, hence the reading of keys.
bool signs(const oauth2::options& options) noexcept {
  if (std::holds_alternative<oauth2::private_key_jwt>(options.authentication))
    return true;
  if (const auto* grant = std::get_if<oauth2::jwt_bearer>(&options.grant))
    return signs(grant->assertion);
  if (const auto* grant = std::get_if<oauth2::token_exchange>(&options.grant))
    return signs(grant->subject_token) || signs(grant->actor_token);
  return false;
}

/// Whether the endpoint seems to be another one by now. A server that is slow,
/// ill or busy has not moved.
bool may_have_moved(const caf::error& err) {
  if (err == errc::connection_failed || err == errc::unusable_response)
    return true;
  const auto said = refusal_of(err);
  return said && said->error.empty() && is_permanent(err);
}

/// Whether the server has certainly not done what it was asked.
bool did_nothing(const caf::error& err) {
  const auto said = refusal_of(err);
  return err == errc::connection_failed || (said && said->status < 500);
}

/// Whether the server takes the refresh token no more (RFC 6749, section 5.2).
/// Some servers have no more to say about that than the status.
bool is_refused_grant(const refusal& said) noexcept {
  return said.error == "invalid_grant"
         || (said.status == 400 && said.error.empty());
}

caf::error not_stored(const std::string& why, const secret& refresh_token) {
  const auto secrets = std::array{refresh_token.view()};
  return caf::make_error(errc::not_stored,
                         "the refresh token was not stored: "
                           + quote_foreign(why, 256, text_end::head, secrets));
}

caf::error lost_rotation(const std::string& server, const refusal& said) {
  const auto why = said.error.empty() ? "status " + std::to_string(said.status)
                                      : said.error;
  return caf::make_error(
    errc::rotation_lost,
    server + ": the refresh token is taken no more (" + why
      + "), and an answer that may have held its successor was lost before");
}

/// Hands the new refresh token to the application.
caf::error store(oauth2_session& session, const refresh_token_hook& hook) {
  const auto current = session.refresh_token();
  try {
    auto err = session.store_with(hook);
    if (!err || err == errc::busy)
      return err;
    return not_stored(to_string(err), current);
  } catch (const std::exception& ex) {
    return not_stored(ex.what(), current);
  }
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
      session_(std::move(session)) {
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
        // A refresh token that nobody has stored yet may be lost with this
        // process; none is used up for another one before.
        store_then([this] { find_endpoint(); });
        return result;
      },
    };
  }

private:
  void find_endpoint() {
    endpoint_ = session_->token_endpoint();
    if (!endpoint_.empty()) {
      build();
      return;
    }
    discovery_.start([this](caf::expected<std::string> found) {
      if (!found) {
        attempt_.fail(std::move(found.error()));
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
    if (!signs(*options_)) {
      send(oauth2::make_token_request(*options_, endpoint_, current,
                                      attempt_.left()));
      return;
    }
    auto record = session_->begin_signing();
    if (!record) {
      attempt_.fail(caf::make_error(errc::busy, "the signing for an earlier"
                                                " attempt is still under way"));
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
    run_on_thread(std::move(record), std::move(make),
                  [this, built](const token&) { send(std::move(*built)); });
  }

  void send(caf::expected<http::request> request) {
    if (!request) {
      attempt_.fail(std::move(request.error()));
      return;
    }
    in_doubt_ = uses_refresh_token() && session_->begin_use();
    attempt_.send(
      std::move(*request),
      [this, asked_at = options_->clock()](const http::response& answer) {
        read(answer, asked_at);
      },
      [this](caf::error& err) { fail(std::move(err)); });
  }

  // -- the answer -------------------------------------------------------------

  void read(const http::response& answer, caf::timestamp asked_at) {
    const auto sent = oauth2::secrets_of(*options_, session_->refresh_token());
    auto granted = oauth2::parse_token_response(answer, asked_at,
                                                options_->clock(), origin(),
                                                sent);
    if (!granted) {
      rescue_refresh_token(answer, std::move(granted.error()));
      return;
    }
    session_->end_use();
    if (uses_refresh_token() && !granted->refresh_token.empty())
      session_->rotate(std::move(granted->refresh_token));
    store_then([this, result = std::move(granted->access_token)]() mutable {
      attempt_.succeed(std::move(result));
    });
  }

  /// The server has replaced the refresh token, whatever is wrong with the rest
  /// of its answer.
  void rescue_refresh_token(const http::response& answer, caf::error why) {
    auto next = uses_refresh_token() ? oauth2::refresh_token_in(answer)
                                     : secret{};
    if (next.empty()) {
      fail(std::move(why));
      return;
    }
    session_->end_use();
    session_->rotate(std::move(next));
    store_then([this, why = std::move(why)]() mutable {
      attempt_.fail(std::move(why));
    });
  }

  /// Goes on once the application has stored the refresh token, if need be.
  template <class Next>
  void store_then(Next next) {
    const auto* grant = std::get_if<oauth2::refresh_token>(&options_->grant);
    if (grant == nullptr || !grant->store || !session_->unstored()) {
      next();
      return;
    }
    auto call_hook
      = [options = options_, session = session_, &hook = grant->store](
          const attempt&, const std::stop_token&) -> caf::expected<token> {
      if (auto err = detail::store(*session, hook))
        return err;
      return token{};
    };
    run_on_thread(std::make_shared<call_record>(), std::move(call_hook),
                  [next = std::move(next)](const token&) mutable { next(); });
  }

  void fail(caf::error err) {
    const auto said = refusal_of(err);
    if (in_doubt_ && said && is_permanent(err) && is_refused_grant(*said)) {
      attempt_.fail(lost_rotation(origin(), *said));
      return;
    }
    if (!in_doubt_ && did_nothing(err))
      session_->end_use();
    // An endpoint of the options stays.
    if (may_have_moved(err))
      session_->set_token_endpoint(options_->token_endpoint);
    attempt_.fail(std::move(err));
  }

  // -- helpers ----------------------------------------------------------------

  std::string origin() const {
    return "token endpoint " + http::shown(endpoint_);
  }

  bool uses_refresh_token() const noexcept {
    return std::holds_alternative<oauth2::refresh_token>(options_->grant);
  }

  template <class Then>
  void run_on_thread(std::shared_ptr<call_record> record,
                     blocking_function what, Then then) {
    on_thread_ = spawn_blocking_call(self_->system(), std::move(record),
                                     std::make_shared<const blocking_function>(
                                       std::move(what)));
    auto budget = attempt{};
    budget.budget = attempt_.left();
    detail::mail(self_, fetch_atom_v, budget)
      .request(on_thread_, caf::infinite)
      .then(std::move(then),
            [this](caf::error& err) { attempt_.fail(std::move(err)); });
  }

  token_source::pointer self_;
  http_attempt attempt_;
  oauth2_discovery discovery_;
  std::shared_ptr<const oauth2::options> options_;
  std::shared_ptr<oauth2_session> session_;

  std::string endpoint_;
  // Whether an earlier use of the refresh token may have used it up.
  bool in_doubt_ = false;

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
