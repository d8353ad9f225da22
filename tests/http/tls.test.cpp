#include <bearer/error.hpp>

#include "support/authority_reads.hpp"
#include "support/canary.hpp"
#include "support/http_client.hpp"
#include "support/tcp_server.hpp"
#include "support/test_ca.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <string>

using namespace bearer;
using namespace bearer::test;

namespace {

struct fixture : http_fixture {
  test_ca ca;
  test_ca other_ca{"another test CA"};

  /// A request that trusts `file`, or whom the environment says.
  http_result ask(const tcp_server& server, const std::string& file) {
    auto what = post_request(server.url("/token"), canary);
    what.connection.ca_file = file;
    return send(what);
  }

  std::string failure(const http_result& result) {
    // TLS 1.3 lets a client send before the server has judged its certificate.
    CHECK((error_of(result) == errc::connection_failed
           || error_of(result) == errc::answer_lost));
    CHECK_FALSE(shows(error_text(result)));
    return error_text(result);
  }
};

} // namespace

TEST_CASE_METHOD(fixture, "a server is trusted for its authority and its name",
                 "[http]") {
  auto server = tcp_server{tcp_server::always("hello"), ca.issue()};
  CHECK(body_of(ask(server, ca.file())) == "hello");
  CHECK(body_of(ask(server, ca.file())) == "hello");
  CHECK(server.connections() == 1);
}

TEST_CASE_METHOD(fixture, "an authority that is not known is refused",
                 "[http]") {
  auto server = tcp_server{tcp_server::always("hello"), ca.issue()};
  CHECK(contains(failure(ask(server, other_ca.file())), "issuer"));
  CHECK(contains(failure(ask(server, "")), "issuer"));
  CHECK(server.connections() == 0);
}

TEST_CASE_METHOD(fixture, "a certificate that has expired is refused",
                 "[http]") {
  auto server = tcp_server{tcp_server::always("hello"),
                           ca.issue({.expired = true})};
  CHECK(contains(failure(ask(server, ca.file())), "expired"));
  CHECK(server.connections() == 0);
}

TEST_CASE_METHOD(fixture, "a certificate for another name is refused",
                 "[http]") {
  auto server = tcp_server{tcp_server::always("hello"),
                           ca.issue({.names = "DNS:other.test"})};
  CHECK(contains(failure(ask(server, ca.file())),
                 "no alternative certificate subject name"));
}

TEST_CASE_METHOD(fixture, "the environment names authorities", "[http]") {
  auto server = tcp_server{tcp_server::always("hello"), ca.issue()};
  environment.ca_bundle.set(ca.file().c_str());
  CHECK(ask(server, ""));
  environment.cert_file.set(other_ca.file().c_str());
  CHECK(ask(server, ""));
  environment.ca_bundle.set(nullptr);
  failure(ask(server, ""));
  environment.cert_file.set(ca.file().c_str());
  CHECK(ask(server, ""));
  environment.cert_file.set(nullptr);
  environment.cert_dir.set(ca.folder().c_str());
  CHECK(ask(server, ""));
  environment.cert_dir.set(other_ca.folder().c_str());
  failure(ask(server, ""));
}

TEST_CASE_METHOD(fixture, "authorities are not read for each connection",
                 "[http]") {
  auto server = tcp_server{tcp_server::always("hello"), ca.issue()};
  for (const auto& file : {std::string{}, other_ca.file()}) {
    const auto before = authority_reads();
    for (int i = 0; i < 3; ++i)
      failure(ask(server, file));
    CHECK(authority_reads() == before + 1);
  }
}

TEST_CASE_METHOD(fixture, "a request's own authorities are the only ones",
                 "[http]") {
  auto server = tcp_server{tcp_server::always("hello"), ca.issue()};
  environment.ca_bundle.set(ca.file().c_str());
  environment.cert_file.set(ca.file().c_str());
  environment.cert_dir.set(ca.folder().c_str());
  failure(ask(server, other_ca.file()));
  // No connection that others have opened is used.
  CHECK(ask(server, ca.file()));
  failure(ask(server, other_ca.file()));
}

TEST_CASE_METHOD(fixture, "a file of authorities that is not there is named",
                 "[http]") {
  auto server = tcp_server{tcp_server::always("hello"), ca.issue()};
  CHECK(contains(failure(ask(server, "/none/ca.pem")), "/none/ca.pem"));
}

TEST_CASE_METHOD(fixture, "a server that wants a client's certificate gets it",
                 "[http]") {
  auto files = ca.issue();
  files.client_ca = ca.file();
  auto server = tcp_server{tcp_server::always("hello"), files};
  failure(ask(server, ca.file()));
  const auto mine = ca.issue();
  const auto foreign = other_ca.issue();
  auto what = get_request(server.url());
  what.connection.ca_file = ca.file();
  const auto with = [&](const tls_files& whose, const std::string& key) {
    what.connection.certificate_file = whose.certificate;
    what.connection.key_file = key;
    return send(what);
  };
  failure(with(foreign, foreign.key));
  failure(with(mine, foreign.key));
  CHECK(contains(failure(with(mine, "/none/key.pem")), "/none/key.pem"));
  CHECK(body_of(with(mine, mine.key)) == "hello");
  // Not over the connection of somebody else.
  failure(with(foreign, foreign.key));
  failure(ask(server, ca.file()));
}

TEST_CASE_METHOD(fixture, "certificate and key may be in one file", "[http]") {
  auto files = ca.issue();
  files.client_ca = ca.file();
  auto server = tcp_server{tcp_server::always("hello"), files};
  const auto mine = ca.issue();
  auto folder = temp_folder{};
  const auto both = folder.path("both.pem");
  REQUIRE(std::system(
            ("cat " + mine.certificate + " " + mine.key + " > " + both).c_str())
          == 0);
  auto what = get_request(server.url());
  what.connection.ca_file = ca.file();
  what.connection.certificate_file = both;
  CHECK(body_of(send(what)) == "hello");
}

TEST_CASE_METHOD(fixture, "no server is asked by HTTP/2", "[http]") {
  auto files = ca.issue();
  files.prefers_http2 = true;
  auto server = tcp_server{tcp_server::always("hello"), files};
  CHECK(body_of(ask(server, ca.file())) == "hello");
}

TEST_CASE_METHOD(fixture, "a connection that has gone deaf is not used again",
                 "[http]") {
  auto files = ca.issue();
  files.prefers_http2 = true;
  auto connections = std::atomic<int>{0};
  auto deaf = signal{};
  auto closed = signal{};
  auto server = tcp_server{[&](connection& peer) {
                             const auto is_first = ++connections == 1;
                             peer.read_request();
                             peer.answer("hello");
                             peer.read_request();
                             if (!is_first)
                               return;
                             deaf.set();
                             if (peer.wait_for_close())
                               closed.set();
                           },
                           files};
  CHECK(body_of(ask(server, ca.file())) == "hello");
  auto what = get_request(server.url());
  what.connection.ca_file = ca.file();
  auto given_up = start(what);
  REQUIRE(deaf.wait());
  given_up.kill();
  CHECK(closed.wait());
  CHECK(body_of(ask(server, ca.file())) == "hello");
  CHECK(connections == 2);
}

TEST_CASE_METHOD(fixture, "a server without TLS is an error", "[http]") {
  auto server = tcp_server{[](connection& peer) { peer.write("garbage"); }};
  auto what = get_request("https://127.0.0.1:" + std::to_string(server.port()));
  failure(send(what));
}
