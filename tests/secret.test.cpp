#include <bearer/secret.hpp>

#include "support/canary.hpp"
#include "support/real_time.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/byte_buffer.hpp>
#include <caf/deep_to_string.hpp>
#include <caf/json_reader.hpp>
#include <caf/message.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>

using namespace bearer;
using namespace bearer::test;

namespace {

/// What a part of a block of memory held when the block was freed.
const char* watched_text = nullptr;
std::size_t watched_size = 0;
std::string freed_as;

/// Whether the text begins in this block, as near to its start as a secret's.
bool holds_text(const void* block) {
  const auto start = reinterpret_cast<std::uintptr_t>(block);
  const auto text = reinterpret_cast<std::uintptr_t>(watched_text);
  return start <= text && text - start <= 2 * sizeof(std::size_t);
}

} // namespace

// A look at the bytes before they go; replaced for the whole program.

void* operator new[](std::size_t size) {
  if (auto* result = std::malloc(size > 0 ? size : 1))
    return result;
  throw std::bad_alloc{};
}

void operator delete[](void* block) noexcept {
  if (block != nullptr && watched_text != nullptr && holds_text(block))
    freed_as.assign(std::exchange(watched_text, nullptr), watched_size);
  std::free(block);
}

void operator delete[](void* block, std::size_t) noexcept {
  operator delete[](block);
}

TEST_CASE("a secret holds its text", "[secret][I19]") {
  CHECK(secret{canary}.view() == canary);
  CHECK(secret{canary}.size() == canary.size());
  CHECK_FALSE(secret{canary}.empty());
  CHECK(secret{}.empty());
  CHECK(secret{""}.empty());
  CHECK(secret{}.view().empty());
  CHECK(secret{std::string_view{"a\0b", 3}}.size() == 3);
}

TEST_CASE("copies of a secret share one block", "[secret][I19]") {
  const secret one{canary};
  const auto copy = one;
  auto other = secret{};
  other = copy;
  CHECK(copy.view().data() == one.view().data());
  CHECK(other.view().data() == one.view().data());
  // Its own, not the caller's.
  CHECK(one.view().data() != canary.data());
  CHECK(secret{canary}.view().data() != one.view().data());
}

TEST_CASE("secrets compare by text", "[secret]") {
  CHECK(secret{"abc"} == secret{"abc"});
  CHECK_FALSE(secret{"abc"} == secret{"abd"});
  CHECK_FALSE(secret{"abc"} == secret{"ab"});
  CHECK(secret{} == secret{""});
}

TEST_CASE("wiping overwrites every byte", "[secret][I19]") {
  auto text = std::string{canary};
  const auto* data = text.data();
  const auto size = text.size();
  SECTION("bytes") {
    detail::wipe(text.data(), text.size());
    CHECK(std::all_of(text.begin(), text.end(), [](char c) { return c == 0; }));
  }
  SECTION("a string with all it has allocated") {
    text.resize(4);
    detail::wipe(text);
    CHECK(text.empty());
    CHECK(text.data() == data);
    CHECK(std::all_of(data, data + size, [](char c) { return c == 0; }));
  }
  SECTION("at the end of a scope") {
    {
      detail::wipe_guard guard{text};
      CHECK(text == canary);
    }
    CHECK(text.empty());
    CHECK(std::all_of(data, data + size, [](char c) { return c == 0; }));
  }
}

TEST_CASE("the block is wiped when the last copy dies, and not before",
          "[secret][I19]") {
  auto one = std::make_unique<secret>(canary);
  auto other = std::make_unique<secret>(*one);
  watched_text = one->view().data();
  watched_size = one->size();
  freed_as.clear();
  one.reset();
  CHECK(freed_as.empty());
  CHECK(other->view() == canary);
  other.reset();
  CHECK(freed_as == std::string(canary.size(), '\0'));
}

TEST_CASE("people never see the text", "[secret][I19]") {
  const secret x{canary};
  CHECK(to_string(x) == "<redacted>");
  CHECK(to_string(secret{}).empty());
  CHECK(contains(caf::deep_to_string(x), "<redacted>"));
  CHECK(contains(json(x), "<redacted>"));
  CHECK_FALSE(shows(caf::deep_to_string(x)));
  CHECK_FALSE(shows(to_string(caf::make_message(x))));
  CHECK_FALSE(shows(json(x)));
}

TEST_CASE("binary serialisation keeps the text whole", "[secret][I19]") {
  real_system real;
  for (auto text : {std::string{canary}, std::string{},
                    std::string(70'000, 'x'), std::string("a\0b", 3)}) {
    caf::byte_buffer buf;
    caf::binary_serializer sink{real.sys, buf};
    REQUIRE(sink.apply(secret{text}));
    caf::binary_deserializer from{real.sys, buf};
    auto copy = secret{"overwritten"};
    REQUIRE(from.apply(copy));
    CHECK(copy.view() == text);
  }
}

TEST_CASE("a secret cannot be read from a form that shows none",
          "[secret][I19]") {
  caf::json_reader reader;
  REQUIRE(reader.load("\"<redacted>\""));
  auto x = secret{"before"};
  CHECK_FALSE(reader.apply(x));
  CHECK(x.view() == "before");
}

TEST_CASE(
  "a moved secret leaves an empty one or a copy behind, never a dangling "
  "one",
  "[secret]") {
  secret one{canary};
  const auto other = std::move(one);
  one = secret{"new"};
  CHECK(other.view() == canary);
  CHECK(one.view() == "new");
}
