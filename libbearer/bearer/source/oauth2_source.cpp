#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/thread_memory.hpp>
#include <bearer/error.hpp>
#include <bearer/http/client.hpp>
#include <bearer/oauth2/token_request.hpp>
#include <bearer/source/detail/oauth2_call.hpp>
#include <bearer/source/detail/oauth2_session.hpp>
#include <bearer/source/detail/signing_crew.hpp>
#include <bearer/source/oauth2_source.hpp>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <memory>
#include <utility>
#include <variant>

namespace bearer {

namespace {

secret initial_refresh_token(const oauth2::options& options) {
  const auto* grant = std::get_if<oauth2::refresh_token>(&options.grant);
  return grant != nullptr ? grant->token : secret{};
}

class oauth2_source_state {
public:
  static constexpr auto name = "bearer.oauth2-source";

  oauth2_source_state(token_source::pointer self, oauth2::options options)
    : self_(self),
      client_(http::shared_client(self->system())),
      session_(std::make_shared<detail::oauth2_session>(
        options.token_endpoint, initial_refresh_token(options),
        detail::signing_crew(options))),
      options_(std::make_shared<const oauth2::options>(std::move(options))) {
    // nop
  }

  token_source::behavior_type make_behavior() {
    return {
      [this](fetch_atom, const attempt& what) -> caf::result<token> {
        // Unless it was killed, this is the one from before. Held, so that its
        // connections stay.
        client_ = http::shared_client(self_->system());
        return detail::mail(self_, fetch_atom_v, what)
          .delegate(detail::spawn_oauth2_call(self_->system(), client_,
                                              options_, session_));
      },
    };
  }

private:
  token_source::pointer self_;
  http::client_actor client_;
  std::shared_ptr<detail::oauth2_session> session_;
  std::shared_ptr<const oauth2::options> options_;
};

} // namespace

caf::expected<any_source> oauth2_source(caf::actor_system& sys,
                                        oauth2::options options) {
  if (auto err = oauth2::check(options))
    return err;
  using impl = caf::stateful_actor<oauth2_source_state, token_source::impl>;
  const auto memory = detail::thread_memory{};
  return any_source{token_source{sys.spawn<impl>(std::move(options))}};
}

} // namespace bearer
