#include "token_node/world.hpp"

using namespace bearer;
using namespace bearer::test;

// Nothing here comes as far as to a fetch.

namespace {

/// Whether the arguments are refused with this text, and without the token.
bool is_refused(const words& arguments, const std::string& why) {
  const auto got = run_to_end(token_node(arguments));
  CAPTURE(got.out, got.err);
  CHECK(!shows(got.out));
  CHECK(!shows(got.err));
  CHECK(got.exit_status == 2);
  return got.err.starts_with("token_node: " + why);
}

const auto static_token = "--token=" + std::string{canary};

} // namespace

TEST_CASE("token_node has a help that explains its options and its numbers",
          "[token_node]") {
  const auto got = run_to_end(token_node({"--help"}));
  CHECK(got.exit_status == 0);
  for (const auto* option :
       {"listen", "connect", "bind", "ca", "cert", "key", "allow-unprotected",
        "token", "token-file", "token-command", "fallback-token-file",
        "receivers", "duration", "fetch-timeout"})
    CHECK(contains(got.out, "--" + std::string{option}));
  for (const auto* number :
       {"fetches", "lost", "local_hits", "remote_calls", "source_calls",
        "reconnects", "expired_served", "rejected_served", "older_served",
        "max_staleness_ms"})
    CHECK(contains(got.out, "  " + std::string{number} + ' '));
}

TEST_CASE("token_node is an owner or a replica", "[token_node]") {
  CHECK(is_refused({}, "either --listen or --connect"));
  CHECK(is_refused({"--listen=0", "--connect=localhost:1", static_token},
                   "either --listen or --connect"));
  CHECK(is_refused({"--listen=0"}, "--listen: needs one of --token,"));
  CHECK(is_refused({"--listen=0", static_token, "--token-file=x"},
                   "--listen: needs one of --token,"));
  CHECK(
    is_refused({"--connect=localhost:1", static_token}, "--token: goes with"));
  CHECK(
    is_refused({"--connect=localhost:1", "--bind=::1"}, "--bind: goes with"));
  CHECK(is_refused({"--listen=0", static_token, "--fallback-token-file=x"},
                   "--fallback-token-file: goes with"));
  CHECK(is_refused({"--listen=0", static_token, "--client-id=x"},
                   "--client-id: goes with"));
  CHECK(is_refused({"--listen=0", "--token-endpoint=https://x.example/"},
                   "--token-endpoint: needs"));
}

TEST_CASE("token_node names the option that it does not take", "[token_node]") {
  CHECK(is_refused({"--tokn=" + std::string{canary}}, "--tokn: no such"));
  CHECK(is_refused({static_token, static_token}, "--token: given twice"));
  CHECK(is_refused({"--listen"}, "--listen: lacks a value"));
  CHECK(is_refused({"--listen=65536", static_token}, "--listen: '65536'"));
  CHECK(is_refused({"--listen=http", static_token}, "--listen: 'http'"));
  CHECK(is_refused({"--connect=localhost"}, "--connect: "));
  CHECK(is_refused({"--connect=localhost:1,"}, "--connect: "));
  CHECK(is_refused({"--listen=0", static_token, "--receivers=1000001"},
                   "--receivers: "));
  CHECK(is_refused({"--listen=0", static_token, "--pause=-1s"}, "--pause: "));
  CHECK(is_refused({"--listen=0", static_token, "--reject-every=-1s"},
                   "--reject-every: "));
  CHECK(is_refused({"--listen=0", static_token, "--receivers=0",
                    "--reject-every=1s"},
                   "--reject-every: needs --receivers"));
  CHECK(
    is_refused({"--listen=0", static_token, "--duration=-1s"}, "--duration: "));
  CHECK(is_refused({"--listen=0", static_token, "--refresh-period=0s"},
                   "--refresh-period: "));
  CHECK(is_refused({"--listen=0", static_token, "--duration=soon"},
                   "invalid argument: "));
  CHECK(is_refused({"--listen=0", static_token, "--fetch-timeout=0s"},
                   "invalid_setting(\"fetch_timeout"));
}

TEST_CASE("token_node does not go beyond its machine without TLS",
          "[token_node][tls]") {
  CHECK(is_refused({"--listen=0", static_token, "--bind=0.0.0.0"},
                   "invalid_setting(\"0.0.0.0:0: not without TLS"));
  CHECK(is_refused({"--connect=192.0.2.1:1"},
                   "invalid_setting(\"192.0.2.1:1: not without TLS"));
  CHECK(is_refused({"--listen=0", static_token, "--ca=x"},
                   "--ca, --cert and --key go together"));
  CHECK(is_refused({"--listen=0", static_token, "--ca=x", "--cert=/no/such",
                    "--key=x"},
                   "invalid_setting(\"caf.openssl.certificate: /no/such"));
}

TEST_CASE("token_node fails if it cannot have its port", "[token_node]") {
  tcp_server squatter{[](connection&) {}};
  const auto port = std::to_string(squatter.port());
  const auto got = run_to_end(token_node({"--listen", port, static_token}));
  CHECK(got.exit_status == 1);
  CHECK(contains(got.err, "127.0.0.1:" + port));
}
