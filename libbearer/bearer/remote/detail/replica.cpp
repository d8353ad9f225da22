#include <bearer/detail/assemble.hpp>
#include <bearer/detail/caf_compat.hpp>
#include <bearer/remote/detail/replica.hpp>

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>

#include <utility>

namespace bearer::remote::detail {

caf::expected<handle> assemble_replica(caf::actor_system& sys,
                                       link_config config,
                                       spawn_options options) {
  auto parts = bearer::detail::parts{};
  parts.settings = config.settings;
  // The owner's has been taken off already.
  parts.settings.expiry_margin = caf::timespan::zero();
  parts.options = std::move(options);
  auto link = spawn_link(sys, std::move(config));
  parts.source = closable_token_source{link};
  parts.introduce = [link](const refresher_actor& refresher) {
    bearer::detail::anon_mail(link, subscribe_atom_v,
                              caf::actor_cast<caf::weak_actor_ptr>(refresher));
  };
  return bearer::detail::assemble(sys, std::move(parts));
}

} // namespace bearer::remote::detail
