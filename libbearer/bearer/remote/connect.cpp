#include <bearer/detail/thread_memory.hpp>
#include <bearer/error.hpp>
#include <bearer/remote/connect.hpp>
#include <bearer/remote/detail/connector.hpp>
#include <bearer/remote/detail/link.hpp>
#include <bearer/remote/detail/network.hpp>
#include <bearer/remote/detail/replica.hpp>

#include <caf/actor_system.hpp>

#include <algorithm>
#include <utility>

namespace bearer::remote {

namespace {

detail::exposure exposure_of(const std::vector<address>& owners,
                             bool allow_unprotected) {
  if (std::all_of(owners.begin(), owners.end(),
                  [](const address& x) { return is_loopback(x.host); }))
    return detail::exposure::loopback;
  return allow_unprotected ? detail::exposure::trusted_network
                           : detail::exposure::network;
}

caf::error find_fault(const std::vector<address>& owners) {
  if (owners.empty())
    return caf::make_error(errc::invalid_setting, "owners: must be some");
  for (const auto& x : owners)
    if (x.host.empty() || x.port == 0)
      return caf::make_error(errc::invalid_setting,
                             "owners: '" + to_string(x)
                               + "' lacks a host or a port");
  return {};
}

} // namespace

caf::expected<handle>
connect(caf::actor_system& sys, std::vector<address> owners,
        const renewal_settings& settings, connect_options options) {
  if (auto err = validate(settings))
    return err;
  if (auto err = find_fault(owners))
    return err;
  if (!options.clock)
    return caf::make_error(errc::invalid_setting, "clock: must be callable");
  const auto to = exposure_of(owners, options.allow_unprotected);
  const auto how = detail::choose_transport(sys, to, to_string(owners.front()));
  if (!how)
    return how.error();
  const auto memory = bearer::detail::thread_memory{};
  auto config = detail::link_config{};
  config.owners = std::move(owners);
  config.way = {detail::probe_on_thread(sys), detail::connector_of(sys, *how),
                to == detail::exposure::loopback};
  config.fallback = std::move(options.fallback);
  config.settings = settings;
  config.clock = options.clock;
  return detail::assemble_replica(sys, std::move(config),
                                  {std::move(options.name),
                                   std::move(options.judge), options.clock});
}

caf::expected<handle> connect(caf::actor_system& sys, address owner,
                              const renewal_settings& settings,
                              connect_options options) {
  return connect(sys, std::vector<address>{std::move(owner)}, settings,
                 std::move(options));
}

} // namespace bearer::remote
