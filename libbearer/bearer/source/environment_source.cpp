#include <bearer/detail/thread_memory.hpp>
#include <bearer/error.hpp>
#include <bearer/source/detail/trim.hpp>
#include <bearer/source/environment_source.hpp>
#include <bearer/source/token_text.hpp>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdlib>
#include <string_view>
#include <utility>

namespace bearer {

namespace {

class environment_source_state {
public:
  static constexpr auto name = "bearer.environment-source";

  environment_source_state(token_source::pointer, std::string variable)
    : variable_(std::move(variable)),
      origin_("environment variable '" + variable_ + "'") {
    // nop
  }

  token_source::behavior_type make_behavior() {
    return {
      [this](fetch_atom, const attempt&) { return fetch(); },
    };
  }

private:
  caf::result<token> fetch() const {
    const auto* value = std::getenv(variable_.c_str());
    if (value == nullptr)
      return caf::make_error(errc::empty_token, origin_ + " is not set");
    auto result = make_plain_token(detail::trim(value), origin_);
    if (!result)
      return std::move(result.error());
    return std::move(*result);
  }

  std::string variable_;
  std::string origin_;
};

} // namespace

caf::expected<any_source> environment_source(caf::actor_system& sys,
                                             std::string name) {
  if (name.empty())
    return caf::make_error(errc::invalid_setting,
                           "name: an environment variable needs one");
  if (name.find_first_of(std::string_view{"=\0", 2}) != std::string::npos)
    return caf::make_error(errc::invalid_setting,
                           "name: no environment variable can have '=' or NUL"
                           " in its name");
  using impl
    = caf::stateful_actor<environment_source_state, token_source::impl>;
  const auto memory = detail::thread_memory{};
  return any_source{token_source{sys.spawn<impl>(std::move(name))}};
}

} // namespace bearer
