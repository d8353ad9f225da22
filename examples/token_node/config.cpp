#include "config.hpp"

#include "support/arguments.hpp"
#include "support/bearer_options.hpp"

#include <caf/io/middleman.hpp>
#include <caf/openssl/manager.hpp>

#include "usage_error.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>
#include <utility>

namespace token_node {

namespace {

[[noreturn]] void refuse(const std::string& option, const std::string& why) {
  throw usage_error("--" + option + ": " + why);
}

/// Nothing that was asked for is passed over in silence.
void check_use(const std::string& value, const std::string& option,
               const std::string& role) {
  if (!value.empty())
    refuse(option, "goes with --" + role + " only");
}

std::uint16_t port_in(const std::string& text) {
  auto result = std::uint16_t{0};
  const auto* end = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), end, result);
  if (failure != std::errc{} || rest != end)
    refuse("listen", "'" + text + "' is no port, which is from 0 to 65535");
  return result;
}

std::vector<std::string> joined(const caf::config_option_set& known,
                                const std::vector<std::string>& arguments) {
  try {
    return example::joined(known, arguments);
  } catch (const std::exception& ex) {
    throw usage_error(ex.what());
  }
}

} // namespace

config::config() {
  // Before the command line is read, which may have options of it.
  load<caf::io::middleman>();
  auto all = example::option_adder{custom_options_};
  add_cluster_options(all);
  add_source_options(all);
  add_fetch_options(all);
  example::add_bearer_options(all, settings, seed);
}

void config::add_cluster_options(example::option_adder& to) {
  to.add(listen, "listen",
         "TCP port of an owner, which other nodes can connect to; 0 for a free "
         "one")
    .add(connect, "connect",
         "HOST:PORT of the owner of a replica, or several with commas between "
         "them")
    .add(bind, "bind", "address that an owner listens on, by default 127.0.0.1")
    .add(ca, "ca",
         "PEM file, the cluster's own authority: who has a certificate of it "
         "gets the token")
    .add(cert, "cert", "PEM file, the certificate of this node")
    .add(key, "key", "PEM file, the key of that certificate")
    .add(allow_unprotected, "allow-unprotected",
         "do without these three on a network: everybody there gets the token");
}

void config::add_source_options(example::option_adder& to) {
  to.add(token, "token",
         "the owner's token, which all users of this machine see here")
    .add(token_file, "token-file", "holds the owner's token")
    .add(token_command, "token-command",
         "prints the owner's token; the shell runs it")
    .add(token_endpoint, "token-endpoint",
         "URL of the OAuth 2.0 server that issues the owner's token to its "
         "client, where that is built in")
    .add(client_id, "client-id", "by which that server knows the client")
    .add(client_secret_file, "client-secret-file", "holds the client's secret")
    .add(scope, "scope", "what the token is to permit, separated by spaces")
    .add(fallback_token_file, "fallback-token-file",
         "where a replica gets tokens while it can reach no owner")
    .add(refresh_period, "refresh-period",
         "how often those files are read anew, by default 1min");
}

void config::add_fetch_options(example::option_adder& to) {
  to.add(receivers, "receivers",
         "how many clients fetch all the time, each with a receiver for every "
         "fetch; from 0 to 1000000, by default 1")
    .add(pause, "pause", "of each client between two fetches, by default none")
    .add(reject_every, "reject-every",
         "how often one of them says that a server has refused its token, by "
         "default never")
    .add(duration, "duration",
         "how long to run, such as 90s; by default until interrupted");
}

bool config::read(const std::vector<std::string>& arguments) {
  if (auto err = parse(joined(custom_options_, arguments)))
    throw usage_error("invalid argument: " + to_string(err));
  if (example::showed_help(*this))
    return false;
  if (seed != 0)
    settings.seed = seed;
  check_role();
  check_sources();
  check_fetches();
  set_up_tls();
  return true;
}

void config::check_role() {
  if (listen.empty() == connect.empty())
    throw usage_error("either --listen or --connect is needed, see --help");
  if (is_owner()) {
    port = port_in(listen);
    check_use(fallback_token_file, "fallback-token-file", "connect");
    return;
  }
  auto parsed = bearer::remote::parse_addresses(connect);
  if (!parsed)
    refuse("connect", to_string(parsed.error()));
  owners = std::move(*parsed);
  if (bind != "127.0.0.1")
    check_use(bind, "bind", "listen");
  check_use(token, "token", "listen");
  check_use(token_file, "token-file", "listen");
  check_use(token_command, "token-command", "listen");
  check_use(token_endpoint, "token-endpoint", "listen");
}

void config::check_sources() const {
  const auto sources = std::array{&token, &token_file, &token_command,
                                  &token_endpoint};
  const auto given
    = std::count_if(sources.begin(), sources.end(),
                    [](const std::string* x) { return !x->empty(); });
  if (is_owner() && given != 1)
    refuse("listen", "needs one of --token, --token-file, --token-command and "
                     "--token-endpoint");
  if (token_endpoint.empty()) {
    check_use(client_id, "client-id", "token-endpoint");
    check_use(client_secret_file, "client-secret-file", "token-endpoint");
    check_use(scope, "scope", "token-endpoint");
  } else if (client_id.empty() || client_secret_file.empty()) {
    refuse("token-endpoint", "needs --client-id and --client-secret-file");
  }
}

void config::check_fetches() const {
  if (receivers > 1'000'000)
    refuse("receivers", "must be from 0 to 1000000");
  if (pause < caf::timespan::zero())
    refuse("pause", "must not be negative");
  if (reject_every < caf::timespan::zero())
    refuse("reject-every", "must not be negative");
  if (receivers == 0 && reject_every != caf::timespan::zero())
    refuse("reject-every", "needs --receivers");
  if (duration < caf::timespan::zero())
    refuse("duration", "must not be negative");
  if (refresh_period <= caf::timespan::zero())
    refuse("refresh-period", "must be above 0");
}

void config::set_up_tls() {
  if (ca.empty() && cert.empty() && key.empty())
    return;
  if (ca.empty() || cert.empty() || key.empty())
    throw usage_error("--ca, --cert and --key go together only");
  load<caf::openssl::manager>();
  set("caf.openssl.cafile", ca);
  set("caf.openssl.certificate", cert);
  set("caf.openssl.key", key);
}

} // namespace token_node
