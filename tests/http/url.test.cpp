#include <bearer/error.hpp>
#include <bearer/http/url.hpp>

#include "support/canary.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace bearer;
using namespace bearer::test;

namespace {

bool usable(const std::string& url, const http::connection_options& how = {}) {
  const auto err = http::check_url(url, how);
  CHECK((!err || err == errc::invalid_setting));
  return !err;
}

std::string fault(const std::string& url) {
  return caf::to_string(http::check_url(url, {}));
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("secrets go to absolute https URLs", "[http]") {
  CHECK(usable("https://idp.example.com/token"));
  CHECK(usable("https://idp.example.com"));
  CHECK(usable("HTTPS://idp.example.com:8443/token?a=b"));
  CHECK(usable("https://[2001:db8::1]/token"));
  CHECK_FALSE(usable(""));
  CHECK_FALSE(usable("idp.example.com/token"));
  CHECK_FALSE(usable("/token"));
  CHECK_FALSE(usable("ftp://idp.example.com/token"));
  CHECK_FALSE(usable("file:///etc/passwd"));
  CHECK_FALSE(usable("https://"));
  CHECK_FALSE(usable("https://idp.example.com:99999/"));
}

TEST_CASE("plain http is for this machine unless allowed", "[http]") {
  for (const auto* host : {"localhost", "LocalHost:8080", "127.0.0.1",
                           "127.1.2.3:80", "[::1]", "[0:0::1]:8080"}) {
    CAPTURE(host);
    CHECK(usable(std::string{"http://"}.append(host).append("/token")));
  }
  auto allowed = http::connection_options{};
  allowed.allow_plain_http = true;
  for (const auto* host :
       {"idp.example.com", "128.0.0.1", "127.0.0.1.example.com",
        "localhost.example.com", "[::2]", "[::ffff:8.8.8.8]", "0.0.0.0"}) {
    CAPTURE(host);
    const auto url = std::string{"http://"}.append(host).append("/token");
    CHECK_FALSE(usable(url));
    CHECK(usable(url, allowed));
  }
}

TEST_CASE("plain http to this machine does not go to a proxy", "[http]") {
  auto how = http::connection_options{};
  how.proxy = "http://proxy.example.com:3128";
  CHECK_FALSE(usable("http://localhost/token", how));
  CHECK(usable("https://localhost/token", how));
  how.allow_plain_http = true;
  CHECK(usable("http://localhost/token", how));
}

TEST_CASE("a URL has no user, password, fragment or control character",
          "[http]") {
  CHECK_FALSE(usable("https://user@idp.example.com/"));
  CHECK_FALSE(usable("https://user:password@idp.example.com/"));
  CHECK_FALSE(usable("https://:password@idp.example.com/"));
  CHECK_FALSE(usable("https://@idp.example.com/"));
  CHECK_FALSE(usable("https://idp.example.com/#a"));
  CHECK_FALSE(usable("https://idp.example.com/#"));
  CHECK_FALSE(usable("https://idp.example.com/a b"));
  CHECK_FALSE(usable("https://idp.example.com/\r\nHost: x"));
  CHECK_FALSE(usable(std::string("https://a.test/\0.example.com/", 28)));
}

TEST_CASE("what is wrong with a URL is said without its secrets", "[http]") {
  const auto secret = std::string{canary};
  CHECK(contains(fault("http://idp.example.com/token"),
                 "http://idp.example.com/token: secrets do not go over"));
  CHECK(contains(fault("https://idp.example.com/token?a=b#c"),
                 "https://idp.example.com/token: has a fragment"));
  for (const auto& url :
       {"https://user:" + secret + "@idp.example.com/",
        "https://" + secret + "@idp.example.com/",
        "http://idp.example.com/?code=" + secret,
        "https://idp.example.com/#" + secret, "https:/ /user:" + secret + "@x",
        "user:" + secret + "@idp.example.com", secret}) {
    const auto text = fault(url);
    CHECK_FALSE(text.empty());
    CHECK_FALSE(shows(text));
    CHECK_FALSE(shows(http::shown(url)));
  }
}

TEST_CASE("a long URL is shown in part", "[http]") {
  const auto url = "https://idp.example.com/" + std::string(100'000, 'a');
  CHECK(http::shown(url).size() < 1000);
  CHECK(http::shown("https://idp.example.com/a\xff")
        == "https://idp.example.com/a?");
}

TEST_CASE("an origin is scheme, host and port", "[http]") {
  using http::same_origin;
  CHECK(same_origin("https://a.test/x", "https://a.test/y?z"));
  CHECK(same_origin("https://a.test/x", "HTTPS://A.Test:443"));
  CHECK(same_origin("http://a.test:80", "http://a.test"));
  CHECK_FALSE(same_origin("https://a.test", "http://a.test"));
  CHECK_FALSE(same_origin("https://a.test", "https://a.test:444"));
  CHECK_FALSE(same_origin("https://a.test", "https://b.test"));
  CHECK_FALSE(same_origin("https://a.test", "https://a.test.b.test"));
  CHECK_FALSE(same_origin("", ""));
  CHECK_FALSE(same_origin("a.test", "a.test"));
}

TEST_CASE("a redirect counts from where it was found", "[http]") {
  const auto from = [](const std::string& location) {
    return http::resolve("https://a.test/b/c?d", location);
  };
  CHECK(from("e") == "https://a.test/b/e");
  CHECK(from("/e?f") == "https://a.test/e?f");
  CHECK(from("?f") == "https://a.test/b/c?f");
  CHECK(from("../e") == "https://a.test/e");
  CHECK(from("//b.test/e") == "https://b.test/e");
  CHECK(from("http://b.test/e") == "http://b.test/e");
  CHECK(from("e#fragment") == "https://a.test/b/e");
  CHECK(from("e f") == "https://a.test/b/e%20f");
  for (const auto* bad : {"https://", "https://a.test:port/", "\x01"})
    CHECK_FALSE(from(bad));
  CHECK_FALSE(http::resolve("a.test", "/b"));
}

TEST_CASE("the values in a query are taken one by one", "[http]") {
  CHECK(http::query_values("https://a.example/b").empty());
  CHECK(http::query_values("https://a.example/b?").empty());
  CHECK(http::query_values("https://a.example/?v=1&key=a%20b=c&&word#x=efgh")
        == std::vector{secret{"a%20b=c"}, secret{"word"}});
}
