#include <bearer/bearer.hpp>
#include <bearer/detail/caf_compat.hpp>
#include <bearer/remote/detail/desk.hpp>
#include <bearer/remote/detail/standby.hpp>

#include <utility>

namespace bearer::remote::detail {

standby::standby(any_source source, const renewal_settings& settings,
                 wall_clock clock)
  : source_(std::move(source)), settings_(settings), clock_(std::move(clock)) {
  // It will be needed again in the next outage.
  settings_.owns_source = false;
}

standby::~standby() {
  rest();
}

caf::expected<desk_actor> standby::wake(caf::actor_system& sys) {
  if (desk_)
    return desk_;
  auto options = spawn_options{};
  options.name = "fallback";
  options.clock = clock_;
  auto bearer = spawn(sys, source_, settings_, std::move(options));
  if (!bearer)
    return std::move(bearer.error());
  desk_ = spawn_desk(*bearer);
  return desk_;
}

void standby::rest() {
  if (desk_)
    bearer::detail::anon_mail(desk_, stop_atom_v);
  desk_ = nullptr;
}

} // namespace bearer::remote::detail
