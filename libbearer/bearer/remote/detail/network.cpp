#include <bearer/error.hpp>
#include <bearer/remote/detail/network.hpp>
#include <bearer/remote/detail/tls_errors.hpp>
#include <bearer/remote/detail/tls_setup.hpp>

#include <caf/actor_system.hpp>

#include <string>

namespace bearer::remote::detail {

namespace {

caf::error complain(std::string what) {
  return caf::make_error(errc::invalid_setting, std::move(what));
}

} // namespace

caf::expected<transport> choose_transport(caf::actor_system& sys, exposure to,
                                          std::string_view what) {
  if (!sys.has_middleman())
    return complain("the actor system has no network: load"
                    " caf::io::middleman in its configuration");
  const auto setup = read_tls_setup(sys.config());
  if (setup.empty()) {
    if (to == exposure::network)
      return complain(std::string{what}
                      + ": not without TLS: set caf.openssl.certificate, .key"
                        " and .cafile, or allow_unprotected for a network that"
                        " nobody else can reach");
    return transport::plain;
  }
  if (auto err = check(setup))
    return err;
  if (!sys.has_openssl_manager())
    return complain("caf.openssl is configured but not loaded: load"
                    " caf::openssl::manager in the configuration");
  keep_tls_errors_apart(sys);
  return transport::tls;
}

} // namespace bearer::remote::detail
