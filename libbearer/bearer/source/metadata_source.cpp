#include <bearer/detail/thread_memory.hpp>
#include <bearer/error.hpp>
#include <bearer/http/detail/check_request.hpp>
#include <bearer/http/url.hpp>
#include <bearer/oauth2/detail/error_text.hpp>
#include <bearer/oauth2/token_response.hpp>
#include <bearer/source/detail/http_attempt.hpp>
#include <bearer/source/metadata_source.hpp>

#include <caf/stateful_actor.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace bearer {

namespace {

using shared_options = std::shared_ptr<const metadata_source_options>;

caf::error invalid(const std::string& what) {
  return caf::make_error(errc::invalid_setting, "metadata source: " + what);
}

caf::error check(const metadata_source_options& options) {
  if (auto err = http::check_url(options.url, options.connection))
    return invalid("url: " + detail::error_text(err));
  if (const auto fault = http::detail::fault_in(options.fields); !fault.empty())
    return invalid("fields: " + fault);
  if (auto err = http::detail::check_connection(options.connection))
    return invalid("connection." + detail::error_text(err));
  if (options.max_response == 0)
    return invalid("max_response: must be above 0");
  if (!options.clock)
    return invalid("clock: must be callable");
  return {};
}

http::request make_request(const metadata_source_options& options) {
  auto result = http::request{};
  result.url = options.url;
  result.fields = options.fields;
  result.connection = options.connection;
  // One elsewhere would bring the token of its own machine.
  result.connection.environment_proxy = false;
  result.max_body = options.max_response;
  return result;
}

class metadata_call_state {
public:
  static constexpr auto name = "bearer.metadata-call";

  metadata_call_state(token_source::pointer self, http::client_actor client,
                      shared_options options)
    : attempt_(self, std::move(client)), options_(std::move(options)) {
    // nop
  }

  token_source::behavior_type make_behavior() {
    return {
      [this](fetch_atom, const attempt& what) {
        auto result = attempt_.begin(what);
        ask();
        return result;
      },
    };
  }

private:
  void ask() {
    attempt_.send(
      make_request(*options_),
      [this, asked_at = options_->clock()](const http::response& answer) {
        read(answer, asked_at);
      },
      [this](caf::error& err) { attempt_.fail(std::move(err)); });
  }

  void read(const http::response& answer, caf::timestamp asked_at) {
    // On some clouds they are credentials.
    auto sent = http::query_values(options_->url);
    for (const auto& x : options_->fields)
      sent.push_back(x.value);
    auto granted = oauth2::parse_token_response(
      answer, asked_at, options_->clock(),
      "metadata server " + http::shown(options_->url), sent);
    if (granted)
      attempt_.succeed(std::move(granted->access_token));
    else
      attempt_.fail(std::move(granted.error()));
  }

  detail::http_attempt attempt_;
  shared_options options_;
};

class metadata_source_state {
public:
  static constexpr auto name = "bearer.metadata-source";

  metadata_source_state(token_source::pointer self, shared_options options)
    : self_(self),
      client_(http::shared_client(self->system())),
      options_(std::move(options)) {
    // nop
  }

  token_source::behavior_type make_behavior() {
    return {
      [this](fetch_atom, const attempt& what) -> caf::result<token> {
        using impl
          = caf::stateful_actor<metadata_call_state, token_source::impl>;
        // Unless it was killed, this is the one from before. Held, so that its
        // connections stay.
        client_ = http::shared_client(self_->system());
        auto call
          = token_source{self_->system().spawn<impl>(client_, options_)};
        return detail::mail(self_, fetch_atom_v, what).delegate(call);
      },
    };
  }

private:
  token_source::pointer self_;
  http::client_actor client_;
  shared_options options_;
};

} // namespace

caf::expected<any_source> metadata_source(caf::actor_system& sys,
                                          metadata_source_options options) {
  if (auto err = check(options))
    return err;
  using impl = caf::stateful_actor<metadata_source_state, token_source::impl>;
  const auto memory = detail::thread_memory{};
  return any_source{token_source{sys.spawn<impl>(
    std::make_shared<const metadata_source_options>(std::move(options)))}};
}

} // namespace bearer
