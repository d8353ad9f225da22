#include <bearer/internal/letter_line.hpp>

#include "support/second_answer.hpp"

#include <caf/action.hpp>
#include <caf/message.hpp>

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <thread>
#include <utility>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using internal::letter_line;

namespace {

caf::mailbox_element_ptr letter(int number) {
  return make_mail(nullptr, caf::make_message_id(), caf::make_message(number));
}

int number_of(const caf::mailbox_element_ptr& what) {
  REQUIRE(what);
  return what->content().get_as<int>(0);
}

} // namespace

TEST_CASE("who brings a letter while nobody reads has to read", "[letters]") {
  letter_line line;
  for (auto i = 0; i < 3; ++i) {
    CHECK(number_of(line.put(letter(i))) == i);
    CHECK(!line.next());
  }
}

TEST_CASE("letters that come while others are read are read in their order",
          "[letters]") {
  letter_line line;
  CHECK(number_of(line.put(letter(0))) == 0);
  CHECK(!line.put(letter(1)));
  CHECK(!line.put(letter(2)));
  CHECK(number_of(line.next()) == 1);
  // Also those that come in between.
  CHECK(!line.put(letter(3)));
  for (auto i = 2; i < 4; ++i)
    CHECK(number_of(line.next()) == i);
  CHECK(!line.next());
  CHECK(number_of(line.put(letter(4))) == 4);
  CHECK(!line.next());
}

TEST_CASE("a letter that is put back is the next one", "[letters]") {
  letter_line line;
  auto first = line.put(letter(0));
  CHECK(!line.put(letter(1)));
  line.put_back(std::move(first));
  CHECK(number_of(line.next()) == 0);
  auto second = line.next();
  line.put_back(std::move(second));
  CHECK(!line.put(letter(2)));
  for (auto i = 1; i < 3; ++i)
    CHECK(number_of(line.next()) == i);
  CHECK(!line.next());
}

TEST_CASE("letters that nobody has read go with their line", "[letters]") {
  auto content = std::make_shared<int>(1);
  const auto alive = std::weak_ptr{content};
  auto todo = caf::make_action(
    [content = std::move(content)] { static_cast<void>(content); });
  {
    letter_line line;
    CHECK(line.put(letter(0)));
    CHECK(!line.put(letter(1)));
    CHECK(!line.put(make_mail(nullptr, caf::make_message_id(),
                              caf::make_message(std::move(todo)))));
    CHECK(number_of(line.next()) == 1);
    CHECK(!alive.expired());
  }
  CHECK(alive.expired());
}

TEST_CASE("of many threads one reads at a time, and each letter is read once",
          "[letters]") {
  constexpr auto threads = 4;
  constexpr auto each = 20'000;
  letter_line line;
  // Not atomic: reading alone must be enough.
  auto seen = std::vector<int>(threads, 0);
  auto in_order = true;
  auto read = [&](const caf::mailbox_element& what) {
    const auto number = what.payload.get_as<int>(0);
    auto& last = seen[static_cast<std::size_t>(number / each)];
    in_order = in_order && last == number % each;
    ++last;
  };
  auto bring = [&](int first) {
    for (auto i = 0; i < each; ++i)
      for (auto mine = line.put(letter(first + i)); mine; mine = line.next())
        read(*mine);
  };
  auto crew = std::vector<std::thread>{};
  for (auto i = 0; i < threads; ++i)
    crew.emplace_back(bring, i * each);
  for (auto& one : crew)
    one.join();
  CHECK(in_order);
  CHECK(seen == std::vector<int>(threads, each));
}
