#include <bearer/token.hpp>
#include <bearer/type_ids.hpp>

#include "support/canary.hpp"
#include "support/real_time.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/byte_buffer.hpp>
#include <caf/deep_to_string.hpp>
#include <caf/message.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

token full_token() {
  auto result = token{};
  result.access_token = secret{canary};
  result.expires_at = caf::timestamp{1'700'000'000s};
  result.refresh_after = 90s;
  result.generation = {0xabcdef, 7};
  return result;
}

template <class T>
T round_trip(caf::actor_system& sys, const T& x) {
  caf::byte_buffer buf;
  caf::binary_serializer sink{sys, buf};
  REQUIRE(sink.apply(x));
  caf::binary_deserializer from{sys, buf};
  auto result = T{};
  REQUIRE(from.apply(result));
  return result;
}

} // namespace

TEST_CASE("a token survives binary serialisation whole", "[token][I19]") {
  real_system real;
  const auto copy = round_trip(real.sys, full_token());
  CHECK(copy.access_token.view() == canary);
  CHECK(copy.expires_at == caf::timestamp{1'700'000'000s});
  CHECK(copy.refresh_after == 90s);
  CHECK(copy.generation == generation{0xabcdef, 7});
}

TEST_CASE("what a token lacks it lacks after binary serialisation", "[token]") {
  real_system real;
  const auto copy = round_trip(real.sys, token{});
  CHECK(copy.access_token.empty());
  CHECK_FALSE(copy.expires_at);
  CHECK_FALSE(copy.refresh_after);
  CHECK(copy.generation == generation{});
}

TEST_CASE("a token survives in a serialised message", "[token][I19]") {
  real_system real;
  const auto copy = round_trip(real.sys, caf::make_message(full_token()));
  REQUIRE(copy.match_elements<token>());
  CHECK(copy.get_as<token>(0).access_token.view() == canary);
}

TEST_CASE("copies of a token share the secret", "[token][I19]") {
  const auto one = full_token();
  const auto copy = one;
  CHECK(copy.access_token.view().data() == one.access_token.view().data());
}

TEST_CASE("people see all of a token but the secret", "[token][I19]") {
  const auto tok = full_token();
  for (const auto& text : {to_string(tok), caf::deep_to_string(tok), json(tok),
                           to_string(caf::make_message(tok))}) {
    CAPTURE(text);
    CHECK_FALSE(shows(text));
    CHECK((contains(text, "7@abcdef") || contains(text, "\"count\": 7")));
  }
  CHECK(contains(to_string(tok), "2023-11-14"));
  CHECK(to_string(token{}) == "token(0@0)");
}

TEST_CASE("a generation reads count@id", "[token]") {
  CHECK(to_string(generation{0xff, 12}) == "12@ff");
  CHECK(to_string(generation{~std::uint64_t{0}, ~std::uint64_t{0}})
        == "18446744073709551615@ffffffffffffffff");
}
