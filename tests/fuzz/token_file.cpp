#include <bearer/freshness.hpp>
#include <bearer/source/token_text.hpp>

#include "fuzz/fuzz.hpp"

#include <algorithm>
#include <chrono>

using namespace bearer;
using namespace bearer::fuzz;

namespace {

constexpr auto issued = caf::timestamp{std::chrono::seconds{1'700'000'000}};

detail::wiped_buffer buffer_of(std::string_view text) {
  auto result = detail::wiped_buffer{text.size()};
  std::copy(text.begin(), text.end(), result.tail());
  result.commit(text.size());
  return result;
}

} // namespace

// The content of a token's file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const auto text = text_of(data, size);
  if (is_cheating(text))
    return 0;
  const auto content = with_secrets(text);
  auto buffer = buffer_of(content);
  const auto result = parse_token_text(buffer, issued, "file 'x'");
  if (!result) {
    const auto& err = result.error();
    require(err == errc::empty_token || err == errc::malformed_token
              || err == errc::unreadable_token,
            "a file's error says what is wrong with the file");
    require_good(err);
    return 0;
  }
  const auto token = result->access_token.view();
  require(!token.empty() && token.size() <= max_token_size,
          "a token has a length");
  require(is_well_formed(token), "a token can stand in a header");
  if (content.find('{') == std::string::npos)
    require(!result->expires_at && content.find(token) != std::string::npos,
            "plain text is the token");
  return 0;
}
