#include <bearer/remote/protocol.hpp>

#include "support/canary.hpp"
#include "support/scripted_source.hpp"

#include <caf/deep_to_string.hpp>
#include <caf/message.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace bearer;
using namespace bearer::test;

TEST_CASE("what nodes say to each other shows no secret to people",
          "[remote][I19]") {
  auto found = remote::answer{};
  found.granted = make_token(canary);
  for (const auto& text : {caf::deep_to_string(found), json(found),
                           to_string(caf::make_message(found))}) {
    CAPTURE(text);
    CHECK_FALSE(text.empty());
    CHECK_FALSE(shows(text));
  }
}
