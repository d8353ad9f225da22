#include <bearer/http/request.hpp>
#include <bearer/type_ids.hpp>

#include "support/canary.hpp"
#include "support/real_time.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/byte_buffer.hpp>
#include <caf/deep_to_string.hpp>
#include <caf/error.hpp>
#include <caf/message.hpp>
#include <caf/sec.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace bearer;
using namespace bearer::test;

namespace {

const auto secret_text = std::string{canary};

/// A request with a secret wherever one can be.
http::request secretive() {
  auto result = http::post("https://api.example/a?key=" + secret_text,
                           secret{canary});
  result.fields = {{"Authorization", secret{canary}}};
  result.connection.proxy = "http://user:" + secret_text + "@proxy:3128";
  return result;
}

} // namespace

TEST_CASE("no form of a request for people shows a secret", "[http][I19]") {
  const auto what = secretive();
  for (const auto& text :
       {caf::deep_to_string(what), json(what), json(what.connection),
        to_string(caf::make_message(what)),
        to_string(caf::make_error(caf::sec::runtime_error, what))}) {
    CAPTURE(text);
    CHECK_FALSE(shows(text));
    CHECK(contains(text, "proxy:3128"));
  }
  CHECK(
    contains(caf::deep_to_string(what), "https://api.example/a?<redacted>"));
}

TEST_CASE("binary forms of a request keep everything", "[http]") {
  const auto what = secretive();
  auto real = real_system{};
  auto bytes = caf::byte_buffer{};
  auto sink = caf::binary_serializer{real.sys, bytes};
  REQUIRE(sink.apply(what));
  auto copy = http::request{};
  auto source = caf::binary_deserializer{real.sys, bytes};
  REQUIRE(source.apply(copy));
  CHECK(copy.url == what.url);
  CHECK(copy.connection == what.connection);
  CHECK(copy.body == what.body);
  CHECK(copy.fields.at(0).value == secret{canary});
}

TEST_CASE("of a URL everything is shown but user, password and query",
          "[http][I19]") {
  using http::detail::redacted;
  CHECK(redacted("https://host/path") == "https://host/path");
  CHECK(redacted("https://host:1/a?b=c") == "https://host:1/a?<redacted>");
  CHECK(redacted("https://host/a#b") == "https://host/a?<redacted>");
  CHECK(redacted("http://a:b@proxy:3128") == "http://<redacted>@proxy:3128");
  CHECK(redacted("socks5h://a:b@c@proxy") == "socks5h://<redacted>@proxy");
  CHECK(redacted("a:b@proxy:3128") == "<redacted>@proxy:3128");
  CHECK(redacted("proxy:3128") == "proxy:3128");
  CHECK(redacted("").empty());
}

TEST_CASE("of what is hardly a URL nothing is shown that may be a password",
          "[http][I19]") {
  for (const auto* rest : {"/x", "?x", "#x", "://x", ":x", "@x", "", "/"})
    for (const auto* scheme : {"http://", "", "://", "a b://"}) {
      const auto url = scheme + ("user:" + secret_text) + rest + secret_text
                       + "@host/";
      CAPTURE(url);
      CHECK_FALSE(shows(http::detail::redacted(url)));
    }
}
