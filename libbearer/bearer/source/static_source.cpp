#include <bearer/detail/thread_memory.hpp>
#include <bearer/error.hpp>
#include <bearer/source/static_source.hpp>
#include <bearer/source/token_text.hpp>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <utility>

namespace bearer {

namespace {

class static_source_state {
public:
  static constexpr auto name = "bearer.static-source";

  static_source_state(token_source::pointer, token own) : own_(std::move(own)) {
    // nop
  }

  token_source::behavior_type make_behavior() {
    return {
      [this](fetch_atom, const attempt& what) { return fetch(what); },
    };
  }

private:
  caf::result<token> fetch(const attempt& what) const {
    if (what.reason == attempt_reason::rejected
        && what.previous.access_token == own_.access_token)
      return caf::make_error(errc::static_token_rejected,
                             "the static token was rejected, there is no"
                             " other");
    return own_;
  }

  token own_;
};

} // namespace

caf::expected<any_source>
static_source(caf::actor_system& sys, std::string_view access_token,
              std::optional<caf::timestamp> expires_at) {
  auto own = make_plain_token(access_token, "static token");
  if (!own)
    return std::move(own.error());
  own->expires_at = expires_at;
  using impl = caf::stateful_actor<static_source_state, token_source::impl>;
  const auto memory = detail::thread_memory{};
  return any_source{token_source{sys.spawn<impl>(std::move(*own))}};
}

} // namespace bearer
