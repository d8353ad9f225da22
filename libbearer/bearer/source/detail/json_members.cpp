#include <bearer/source/detail/json_members.hpp>

#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace bearer::detail {

namespace {

/// Listens to the parser. Members of nested values mean nothing here.
class collector {
public:
  explicit collector(std::initializer_list<wanted_member> wanted) noexcept
    : wanted_(wanted) {
    // nop
  }

  bool Null() {
    return value(json_member::kind::null, {});
  }

  bool Bool(bool) {
    return value(json_member::kind::other, {});
  }

  bool String(const char* str, rapidjson::SizeType length, bool) {
    return value(json_member::kind::text, {str, length});
  }

  bool RawNumber(const char* str, rapidjson::SizeType length, bool) {
    return value(json_member::kind::number, {str, length});
  }

  // Not called: all numbers arrive as they are written.
  bool Int(int) {
    return false;
  }

  bool Uint(unsigned) {
    return false;
  }

  bool Int64(std::int64_t) {
    return false;
  }

  bool Uint64(std::uint64_t) {
    return false;
  }

  bool Double(double) {
    return false;
  }

  bool Key(const char* str, rapidjson::SizeType length, bool) {
    if (depth_ != 1)
      return true;
    member_ = nullptr;
    for (const auto& x : wanted_) {
      if (x.name != std::string_view{str, length})
        continue;
      if (x.into->type != json_member::kind::absent) {
        duplicate_ = x.name;
        return false;
      }
      member_ = x.into;
    }
    return true;
  }

  bool StartObject() {
    return open();
  }

  bool EndObject(rapidjson::SizeType) {
    return close();
  }

  bool StartArray() {
    return open();
  }

  bool EndArray(rapidjson::SizeType) {
    return close();
  }

  /// One of the wanted names that occurred twice; empty if none did.
  std::string_view duplicate() const noexcept {
    return duplicate_;
  }

private:
  bool value(json_member::kind type, std::string_view text) noexcept {
    if (depth_ == 1 && member_ != nullptr)
      *member_ = {type, text};
    return true;
  }

  bool open() noexcept {
    value(json_member::kind::other, {});
    ++depth_;
    return true;
  }

  bool close() noexcept {
    --depth_;
    return true;
  }

  std::initializer_list<wanted_member> wanted_;
  json_member* member_ = nullptr;
  std::string_view duplicate_;
  std::size_t depth_ = 0;
};

using pool = rapidjson::MemoryPoolAllocator<>;
using reader
  = rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>, pool>;

/// Whether a character of UTF-8 begins so close to the end that it cannot be
/// whole.
bool ends_in_character(std::string_view text) noexcept {
  const auto tail
    = text.substr(text.size() - std::min<std::size_t>(text.size(), 2));
  return std::ranges::any_of(tail, [](char c) {
    return static_cast<unsigned char>(c) >= 0xe0;
  });
}

std::string broken_json(std::size_t offset, std::string_view why) {
  auto result = "broken JSON at byte " + std::to_string(offset);
  return result.append(": ").append(why);
}

} // namespace

std::string parse_json_members(wiped_buffer& text, std::size_t offset,
                               std::initializer_list<wanted_member> wanted) {
  constexpr auto flags = rapidjson::kParseInsituFlag
                         | rapidjson::kParseIterativeFlag
                         | rapidjson::kParseValidateEncodingFlag
                         | rapidjson::kParseNumbersAsStringsFlag;
  // The parser takes a NUL byte for the end.
  if (const auto nul = text.view().find('\0'); nul != std::string_view::npos)
    return broken_json(nul, "NUL");
  // It takes all bytes that a first one announces, be they behind the end.
  if (ends_in_character(text.view()))
    return broken_json(text.size(), "ends within a character");
  // In place and with numbers as they are written, the parser keeps nothing but
  // its own states here.
  alignas(std::max_align_t) std::array<char, 1024> memory{};
  auto allocator = pool{memory.data(), memory.size()};
  auto parser = reader{&allocator, 128};
  auto stream = rapidjson::InsituStringStream{text.data() + offset};
  auto handler = collector{wanted};
  const auto outcome = parser.Parse<flags>(stream, handler);
  wipe(memory.data(), memory.size());
  if (!handler.duplicate().empty())
    return '"' + std::string{handler.duplicate()} + "\" occurs twice";
  if (outcome.IsError())
    return broken_json(offset + outcome.Offset(),
                       rapidjson::GetParseError_En(outcome.Code()));
  return {};
}

} // namespace bearer::detail
