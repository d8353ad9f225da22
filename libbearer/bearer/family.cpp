#include <bearer/detail/family_core.hpp>
#include <bearer/detail/thread_memory.hpp>
#include <bearer/error.hpp>
#include <bearer/family.hpp>
#include <bearer/internal/family_calls.hpp>
#include <bearer/internal/passing_actor.hpp>

#include <caf/actor_system.hpp>
#include <caf/sec.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <utility>

namespace bearer {

namespace {

/// Spawns an actor that answers one fetch with this error.
detail::token_giver refuse(caf::actor_system& sys, caf::error why) {
  using detail::token_giver;
  return sys.spawn(
    [why = std::move(why)](token_giver::pointer) -> token_giver::behavior_type {
      return {[why](fetch_atom, const fetch_options&) -> caf::result<token> {
        return why;
      }};
    });
}

} // namespace

caf::expected<family>
spawn_family(caf::actor_system& sys, source_factory make_source,
             const family_settings& settings, spawn_options options) {
  if (auto err = validate(settings))
    return err;
  if (!make_source)
    return caf::make_error(errc::invalid_setting,
                           "make_source: must be callable");
  if (!options.clock)
    return caf::make_error(errc::invalid_setting, "clock: must be callable");
  const auto memory = detail::thread_memory{};
  return family{detail::family_core::make(sys, std::move(make_source), settings,
                                          std::move(options))};
}

family::family(std::shared_ptr<detail::family_core> core)
  : core_(std::move(core)) {
  // nop
}

caf::expected<handle> family::get(std::string_view key) const {
  const auto memory = detail::thread_memory{};
  return core_->get(key);
}

caf::expected<token> family::fetch(std::string_view key,
                                   const fetch_options& opts) const {
  auto bearer = get(key);
  if (!bearer)
    return std::move(bearer.error());
  return bearer->fetch(opts);
}

family_status family::status() const {
  auto self = internal::passing_actor{core_->system()};
  auto result = family_status{};
  // Infinite here and below: the bearers are in this actor system, and answer
  // at once or when the grace is over.
  detail::mail(self.get(), status_atom_v)
    .request(roll_call(), caf::infinite)
    .receive([&](family_status& x) { result = std::move(x); },
             [](const caf::error&) {
               // Killed: nobody is left to tell.
             });
  return result;
}

void family::stop() const {
  core_->stop();
}

void family::close(caf::timespan grace) const {
  auto self = internal::passing_actor{core_->system()};
  detail::mail(self.get(), close_atom_v, grace)
    .request(end(), caf::infinite)
    .receive([] { /* done */ }, [](const caf::error&) { /* gone already */ });
}

detail::token_giver family::giver(std::string_view key) const {
  auto bearer = get(key);
  if (!bearer)
    return refuse(core_->system(), std::move(bearer.error()));
  return bearer->actor();
}

detail::roll_call family::roll_call() const {
  auto [counters, bearers] = core_->roll();
  return internal::spawn_roll_call(core_->system(), std::move(counters),
                                   std::move(bearers));
}

detail::group_end family::end() const {
  return core_->hand_over(core_->end());
}

} // namespace bearer
