#include <bearer/bearer.hpp>
#include <bearer/remote/detail/tls_setup.hpp>

#include "support/eventually.hpp"
#include "support/numbered_source.hpp"
#include "support/real_sources.hpp"
#include "support/test_ca.hpp"

#include <caf/actor_registry.hpp>

#include "remote/support/event_watch.hpp"
#include "remote/support/node.hpp"
#include "remote/support/relay.hpp"
#include <catch2/catch_test_macros.hpp>
#include <openssl/bio.h>
#include <openssl/ssl.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// The error of a fetch through a replica on `here`.
caf::error fetch_error(node& here, const remote::address& where) {
  auto replica = must(remote::connect(here.sys, where, quick()));
  auto opts = fetch_options{};
  opts.report_error = true;
  return error_of(replica.fetch(opts));
}

/// Whether a node of CAF talks to someone with these, if any.
bool is_welcome(std::uint16_t port, const tls_files& own) {
  const auto context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>{
    SSL_CTX_new(TLS_client_method()), &SSL_CTX_free};
  if (!own.certificate.empty()) {
    REQUIRE(
      SSL_CTX_use_certificate_chain_file(context.get(), own.certificate.c_str())
      == 1);
    REQUIRE(SSL_CTX_use_PrivateKey_file(context.get(), own.key.c_str(),
                                        SSL_FILETYPE_PEM)
            == 1);
  }
  const auto to = "127.0.0.1:" + std::to_string(port);
  const auto wire = std::unique_ptr<BIO, decltype(&BIO_free_all)>{
    BIO_new_ssl_connect(context.get()), &BIO_free_all};
  BIO_set_conn_hostname(wire.get(), to.c_str());
  // It introduces itself first, once it has seen our certificate.
  auto byte = char{0};
  return BIO_do_handshake(wire.get()) == 1
         && BIO_read(wire.get(), &byte, 1) == 1;
}

} // namespace

TEST_CASE("a cluster with certificates of its own CA works", "[remote][tls]") {
  test_ca ca;
  node here{ca.issue(), ca.file()};
  node there{ca.issue(), ca.file()};
  numbered_source source;
  owner at{there, source.spawn(there.sys), quick()};
  auto replica = must(remote::connect(here.sys, at.address(), quick()));
  CHECK(secret_of(replica.fetch()) == "token-1");
  const auto watch = event_watch{replica};
  at.bearer.request_renewal();
  REQUIRE(watch.wait<events::published>());
  CHECK(secret_of(replica.fetch()) == "token-2");
}

TEST_CASE("a replica with a certificate of another CA is refused",
          "[remote][tls]") {
  test_ca ca;
  test_ca other{"somebody else's CA"};
  node here{other.issue(), ca.file()};
  node good{ca.issue(), ca.file()};
  node there{ca.issue(), ca.file()};
  numbered_source source;
  owner at{there, source.spawn(there.sys), quick()};
  CHECK(fetch_error(here, at.address()) == errc::owner_unreachable);
  CHECK(source.calls() == 0);
  // Whoever is refused keeps nobody else out.
  auto replica = must(remote::connect(good.sys, at.address(), quick()));
  CHECK(secret_of(replica.fetch()) == "token-1");
}

TEST_CASE("an owner with a certificate of another CA is refused",
          "[remote][tls]") {
  test_ca ca;
  test_ca other{"somebody else's CA"};
  node here{ca.issue(), ca.file()};
  node there{other.issue(), ca.file()};
  numbered_source source;
  owner at{there, source.spawn(there.sys), quick()};
  CHECK(fetch_error(here, at.address()) == errc::owner_unreachable);
  CHECK(source.calls() == 0);
}

TEST_CASE("a replica without TLS cannot talk to an owner with it",
          "[remote][tls]") {
  test_ca ca;
  node here;
  node there{ca.issue(), ca.file()};
  numbered_source source;
  owner at{there, source.spawn(there.sys), quick()};
  CHECK(fetch_error(here, at.address()) == errc::owner_unreachable);
  CHECK(source.calls() == 0);
}

TEST_CASE("a replica with TLS does not talk to an owner without it",
          "[remote][tls]") {
  test_ca ca;
  node here{ca.issue(), ca.file()};
  node there;
  numbered_source source;
  owner at{there, source.spawn(there.sys), quick()};
  CHECK(fetch_error(here, at.address()) == errc::owner_unreachable);
  CHECK(source.calls() == 0);
}

TEST_CASE("a replica whose certificate has expired is refused",
          "[remote][tls]") {
  test_ca ca;
  node there{ca.issue(), ca.file()};
  numbered_source source;
  owner at{there, source.spawn(there.sys), quick()};
  CHECK(is_welcome(at.address().port, ca.issue()));
  CHECK_FALSE(is_welcome(at.address().port, ca.issue({"IP:127.0.0.1", true})));
  CHECK_FALSE(is_welcome(at.address().port, {}));
}

TEST_CASE("an owner whose certificate has expired is refused",
          "[remote][tls]") {
  test_ca ca;
  node here{ca.issue(), ca.file()};
  const auto try_with = [&](const tls_files& own) {
    tcp_server there{[](connection&) {}, own};
    CHECK(fetch_error(here, local(there.port())) == errc::owner_unreachable);
    return there.connections();
  };
  CHECK(try_with(ca.issue()) > 0);
  CHECK(try_with(ca.issue({"IP:127.0.0.1", true})) == 0);
}

// -- the others' connections --------------------------------------------------

namespace {

/// A replica over TLS, and how often it had to connect.
struct staying_replica {
  explicit staying_replica(test_ca& ca)
    : here(ca.issue(), ca.file()), there(ca.issue(), ca.file()) {
    REQUIRE(replica.fetch());
  }

  /// Asks the owner for something.
  void ask() const {
    auto newer = fetch_options{};
    newer.renew_required = true;
    REQUIRE(replica.fetch(newer));
  }

  node here;
  node there;
  numbered_source source;
  owner at{there, source.spawn(there.sys), quick()};
  relay wire{at.published.port()};
  handle replica = must(remote::connect(here.sys, local(wire.port()), quick()));
};

} // namespace

TEST_CASE("a replica that leaves takes no other one's connection with it",
          "[remote][tls]") {
  test_ca ca;
  staying_replica stays{ca};
  node elsewhere{ca.issue(), ca.file()};
  const auto idle = elsewhere.sys.registry().running();
  const auto before = stays.wire.connections();
  for (auto i = 0; i < 10; ++i) {
    REQUIRE(must(remote::connect(elsewhere.sys, stays.at.address(), quick()))
              .fetch());
    REQUIRE(wait_for_actors(elsewhere, idle));
    stays.ask();
  }
  CHECK(stays.wire.connections() == before);
}

TEST_CASE("a connection that breaks takes no other one with it",
          "[remote][tls]") {
  test_ca ca;
  staying_replica stays{ca};
  node elsewhere{ca.issue(), ca.file()};
  const auto before = stays.wire.connections();
  for (auto i = 0; i < 10; ++i) {
    relay breaks{stays.at.published.port()};
    auto other
      = must(remote::connect(elsewhere.sys, local(breaks.port()), quick()));
    REQUIRE(other.fetch());
    breaks.cut();
    // No TLS has said that it would.
    REQUIRE(breaks.wait_for_end());
    stays.ask();
  }
  CHECK(stays.wire.connections() == before);
}

TEST_CASE("a stranger who is refused takes no other one's connection with him",
          "[remote][tls]") {
  test_ca ca;
  staying_replica stays{ca};
  const auto before = stays.wire.connections();
  for (auto i = 0; i < 10; ++i) {
    CHECK_FALSE(is_welcome(stays.at.published.port(), {}));
    stays.ask();
  }
  CHECK(stays.wire.connections() == before);
}

TEST_CASE("an owner who is refused takes no other one's connection with him",
          "[remote][tls]") {
  test_ca ca;
  test_ca other{"somebody else's CA"};
  staying_replica stays{ca};
  node false_friend{other.issue(), ca.file()};
  owner refused{false_friend, stays.source.spawn(false_friend.sys), quick()};
  const auto before = stays.wire.connections();
  for (auto i = 0; i < 10; ++i) {
    CHECK(fetch_error(stays.here, refused.address())
          == errc::owner_unreachable);
    stays.ask();
  }
  CHECK(stays.wire.connections() == before);
}

TEST_CASE("a key that cannot be read for a while keeps nobody apart for longer",
          "[remote][tls][I11]") {
  test_ca ca;
  const auto own = ca.issue();
  node here{own, ca.file()};
  node there{ca.issue(), ca.file()};
  numbered_source source;
  owner at{there, source.spawn(there.sys), quick()};
  relay wire{at.published.port()};
  const auto replica
    = must(remote::connect(here.sys, local(wire.port()), quick()));
  REQUIRE(replica.fetch());
  // As somebody may do who replaces it.
  std::filesystem::rename(own.key, own.key + ".old");
  wire.cut();
  REQUIRE(wire.wait_for_end());
  wire.mend();
  CHECK(eventually([&] {
    return contains(caf::to_string(replica.status().last_error),
                    "caf.openssl.key: " + own.key);
  }));
  std::filesystem::rename(own.key + ".old", own.key);
  at.bearer.request_renewal();
  CHECK(wait_for_secret(replica, "token-2"));
}

TEST_CASE(
  "a key that an owner cannot read for a while costs it no more than the"
  " connections of that time",
  "[remote][tls][I11]") {
  test_ca ca;
  const auto own = ca.issue();
  node here{ca.issue(), ca.file()};
  node there{own, ca.file()};
  numbered_source source;
  owner at{there, source.spawn(there.sys), quick()};
  std::filesystem::rename(own.key, own.key + ".old");
  CHECK(fetch_error(here, at.address()) == errc::owner_unreachable);
  std::filesystem::rename(own.key + ".old", own.key);
  auto replica = must(remote::connect(here.sys, at.address(), quick()));
  CHECK(secret_of(replica.fetch()) == "token-1");
}

// -- what is refused at the start ---------------------------------------------

TEST_CASE("without TLS nothing is published beyond this machine",
          "[remote][tls]") {
  node there;
  auto bearer
    = must(spawn(there.sys, ready_source(there.sys, make_token("secret"))));
  auto options = remote::publish_options{};
  for (const auto* address : {"0.0.0.0", "::", "", "192.0.2.1"}) {
    options.address = address;
    const auto result = remote::publish(bearer, 0, options);
    REQUIRE(error_of(result) == errc::invalid_setting);
    CHECK(contains(error_text(result), "not without TLS"));
  }
  options.address = "0.0.0.0";
  options.allow_unprotected = true;
  CHECK(remote::publish(bearer, 0, options));
}

TEST_CASE("without TLS nobody connects beyond this machine", "[remote][tls]") {
  node here;
  for (const auto* host : {"192.0.2.1", "owner.example"}) {
    const auto result = remote::connect(here.sys, remote::address{host, 4000});
    REQUIRE(error_of(result) == errc::invalid_setting);
    CHECK(contains(error_text(result), "not without TLS"));
  }
  const auto near = remote::address{"localhost", 4000};
  CHECK(remote::connect(here.sys, near));
  // All of them have to be near.
  CHECK(error_of(remote::connect(here.sys, {near, {"192.0.2.1", 4000}}))
        == errc::invalid_setting);
}

TEST_CASE("an actor system without a network says what to load", "[remote]") {
  real_system real;
  auto bearer
    = must(spawn(real.sys, ready_source(real.sys, make_token("secret"))));
  CHECK(contains(error_text(remote::publish(bearer, 0)), "caf::io::middleman"));
  CHECK(contains(error_text(remote::connect(real.sys, local(4000))),
                 "caf::io::middleman"));
}

TEST_CASE("wrong arguments are errors that name them", "[remote]") {
  node here;
  CHECK(contains(error_text(remote::publish(handle{}, 0)), "bearer"));
  CHECK(contains(error_text(
                   remote::connect(here.sys, std::vector<remote::address>{})),
                 "owners"));
  CHECK(
    contains(error_text(remote::connect(here.sys, local(0))), "127.0.0.1:0"));
  auto settings = renewal_settings{};
  settings.max_retry_timeout = 0s;
  CHECK(contains(error_text(remote::connect(here.sys, local(1), settings)),
                 "max_retry_timeout"));
  auto options = remote::connect_options{};
  options.clock = nullptr;
  CHECK(contains(error_text(remote::connect(here.sys, local(1), {}, options)),
                 "clock"));
}

TEST_CASE("a port that is taken is an error that names it", "[remote]") {
  tcp_server squatter{[](connection&) {}};
  node there;
  auto bearer
    = must(spawn(there.sys, ready_source(there.sys, make_token("secret"))));
  const auto result = remote::publish(bearer, squatter.port());
  CHECK(error_of(result) == errc::connection_failed);
  CHECK(contains(error_text(result), std::to_string(squatter.port())));
}

TEST_CASE("an unusable TLS set-up is refused and the culprit named",
          "[remote][tls]") {
  test_ca ca;
  test_ca other;
  const auto good = ca.issue();
  const auto expired = ca.issue({"IP:127.0.0.1", true});
  temp_folder folder;
  const auto garbage = folder.path() + "/garbage.pem";
  std::ofstream{garbage} << "no certificate";
  const auto check = [&](const tls_files& own, const std::string& ca_file,
                         const std::string& culprit) {
    CAPTURE(culprit);
    node there{own, ca_file};
    auto bearer
      = must(spawn(there.sys, ready_source(there.sys, make_token("secret"))));
    const auto result = remote::publish(bearer, 0);
    REQUIRE(error_of(result) == errc::invalid_setting);
    CHECK(contains(error_text(result), culprit));
    CHECK(contains(error_text(remote::connect(there.sys, local(1))), culprit));
  };
  check(expired, ca.file(),
        "caf.openssl.certificate: " + expired.certificate + ": has expired");
  check({garbage, good.key, ""}, ca.file(), "caf.openssl.certificate: ");
  check({good.certificate, garbage, ""}, ca.file(), "caf.openssl.key: ");
  check({good.certificate, ca.issue().key, ""}, ca.file(), "caf.openssl.key: ");
  check(good, garbage, "caf.openssl.cafile: ");
  check(good, "/does/not/exist", "caf.openssl.cafile: /does/not/exist");
  check(good, "", "caf.openssl.cafile: must be set");
}

TEST_CASE("ciphers that do not exist are named", "[remote][tls]") {
  test_ca ca;
  const auto own = ca.issue();
  auto setup = remote::detail::tls_setup{};
  setup.certificate = own.certificate;
  setup.key = own.key;
  setup.cafile = ca.file();
  CHECK(!check(setup));
  setup.ciphers = "HIGH";
  CHECK(!check(setup));
  setup.ciphers = "NO-SUCH-CIPHER";
  CHECK(check(setup) == errc::invalid_setting);
  CHECK(contains(to_string(check(setup)), "caf.openssl.cipher-list: "));
}
