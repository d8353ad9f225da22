#include <bearer/error.hpp>
#include <bearer/source/detail/token_json.hpp>

#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace bearer::detail {

namespace {

/// Listens to the parser. Members of nested values mean nothing here.
class collector {
public:
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
    const auto name = std::string_view{str, length};
    member_ = find(name);
    if (member_ == nullptr || member_->type == json_member::kind::absent)
      return true;
    duplicate_ = name;
    return false;
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

  const token_json& result() const noexcept {
    return result_;
  }

  /// One of the known names that occurred twice; empty if none did.
  std::string_view duplicate() const noexcept {
    return duplicate_;
  }

private:
  json_member* find(std::string_view name) noexcept {
    if (name == "token")
      return &result_.token;
    if (name == "access_token")
      return &result_.access_token;
    if (name == "token_type")
      return &result_.token_type;
    if (name == "expires_at")
      return &result_.expires_at;
    if (name == "expires_in")
      return &result_.expires_in;
    return nullptr;
  }

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

  token_json result_;
  json_member* member_ = nullptr;
  std::string_view duplicate_;
  std::size_t depth_ = 0;
};

using pool = rapidjson::MemoryPoolAllocator<>;
using reader
  = rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>, pool>;

caf::error unreadable(std::string_view origin, const std::string& what) {
  return caf::make_error(errc::unreadable_token, std::string{origin} + what);
}

caf::error broken_json(std::string_view origin, std::size_t offset,
                       rapidjson::ParseErrorCode code) {
  return unreadable(origin, ": broken JSON at byte " + std::to_string(offset)
                              + ": " + rapidjson::GetParseError_En(code));
}

} // namespace

caf::expected<token_json> parse_token_json(wiped_buffer& text,
                                           std::size_t offset,
                                           std::string_view origin) {
  constexpr auto flags = rapidjson::kParseInsituFlag
                         | rapidjson::kParseIterativeFlag
                         | rapidjson::kParseValidateEncodingFlag
                         | rapidjson::kParseNumbersAsStringsFlag;
  // The parser takes a NUL byte for the end.
  if (const auto nul = text.view().find('\0'); nul != std::string_view::npos)
    return unreadable(origin,
                      ": broken JSON at byte " + std::to_string(nul) + ": NUL");
  // In place and with numbers as they are written, the parser keeps nothing but
  // its own states here.
  alignas(std::max_align_t) std::array<char, 1024> memory{};
  auto allocator = pool{memory.data(), memory.size()};
  auto parser = reader{&allocator, 128};
  auto stream = rapidjson::InsituStringStream{text.data() + offset};
  auto handler = collector{};
  const auto outcome = parser.Parse<flags>(stream, handler);
  wipe(memory.data(), memory.size());
  if (!handler.duplicate().empty())
    return unreadable(origin, ": \"" + std::string{handler.duplicate()}
                                + "\" occurs twice");
  if (outcome.IsError())
    return broken_json(origin, offset + outcome.Offset(), outcome.Code());
  return handler.result();
}

} // namespace bearer::detail
