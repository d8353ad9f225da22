#include <bearer/detail/wipe.hpp>
#include <bearer/source/detail/folded_text.hpp>
#include <bearer/source/detail/redact.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace bearer::detail {

namespace {

/// Longer texts are cut before anything else happens, in bytes.
constexpr std::size_t work_limit = std::size_t{8} * 1024;

/// So many characters in a row are no coincidence.
constexpr std::size_t gram_size = 8;

/// What looks like a token has at least so many characters.
constexpr std::size_t token_like_size = 20;

constexpr auto ellipsis = std::string_view{"..."};

constexpr auto whitespace = std::string_view{" \t\r\n\v\f"};

bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

bool is_token_char(char c) noexcept {
  return is_letter(c) || is_digit(c)
         || std::string_view{"-._~+/="}.find(c) != std::string_view::npos;
}

/// The most characters in a row of which `f` holds.
template <class Predicate>
std::size_t longest_row(std::string_view text, Predicate f) noexcept {
  auto result = std::size_t{0};
  auto row = std::size_t{0};
  for (auto c : text) {
    row = f(c) ? row + 1 : 0;
    result = std::max(result, row);
  }
  return result;
}

/// Whether `f` holds of any part of the text between two separators.
template <class Predicate>
bool any_part(std::string_view text, char separator, Predicate f) noexcept {
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(separator, begin), text.size());
    if (f(text.substr(begin, end - begin)))
      return true;
    begin = end + 1;
  }
  return false;
}

/// Digits among letters, or more of them than any number needs.
bool looks_generated(std::string_view run) noexcept {
  const auto digits = longest_row(run, is_digit);
  return digits >= token_like_size
         || (digits > 0 && run.size() >= token_like_size
             && std::any_of(run.begin(), run.end(), is_letter));
}

/// A single word that is too long for prose. Options, host names, qualified
/// names and paths are several words with separators in front or between them;
/// behind a word they only end the sentence.
bool looks_like_long_word(std::string_view part) noexcept {
  constexpr auto separators = std::string_view{"-_./"};
  part = part.substr(0, part.find_last_not_of(separators) + 1);
  return part.find_first_of(separators) == std::string_view::npos
         && longest_row(part, is_letter) >= token_like_size;
}

bool looks_like_token(std::string_view run) noexcept {
  return looks_generated(run) || any_part(run, '=', looks_like_long_word);
}

bool looks_like_path(std::string_view run) noexcept {
  if (!run.starts_with('/') && !run.starts_with("./") && !run.starts_with("../")
      && !run.starts_with("~/"))
    return false;
  if (run.find_first_of("+=") != std::string_view::npos)
    return false;
  return !any_part(run, '/', looks_generated);
}

/// Which characters of a text must not be shown.
using mask = std::vector<bool>;

void hide(mask& hidden, std::size_t pos, std::size_t count) {
  std::fill_n(hidden.begin() + static_cast<std::ptrdiff_t>(pos), count, true);
}

void hide_occurrences(mask& hidden, std::string_view text,
                      std::string_view secret) {
  if (secret.empty())
    return;
  for (auto pos = text.find(secret); pos != std::string_view::npos;
       pos = text.find(secret, pos + 1))
    hide(hidden, pos, secret.size());
}

std::uint64_t gram_at(std::string_view text, std::size_t pos) noexcept {
  auto result = std::uint64_t{0};
  static_assert(sizeof(result) == gram_size);
  std::memcpy(&result, text.data() + pos, gram_size);
  return result;
}

/// Hides what text and secret have in common, such as a part of the secret.
void hide_common_runs(mask& hidden, std::string_view text,
                      std::string_view secret) {
  if (secret.size() < gram_size)
    return;
  auto grams = std::vector<std::uint64_t>(secret.size() - gram_size + 1);
  for (std::size_t pos = 0; pos < grams.size(); ++pos)
    grams[pos] = gram_at(secret, pos);
  std::sort(grams.begin(), grams.end());
  for (std::size_t pos = 0; pos + gram_size <= text.size(); ++pos)
    if (std::binary_search(grams.begin(), grams.end(), gram_at(text, pos)))
      hide(hidden, pos, gram_size);
  wipe(grams.data(), grams.size() * sizeof(grams[0]));
}

void hide_secret(mask& hidden, std::string_view text, std::string_view secret) {
  hide_occurrences(hidden, text, secret);
  hide_common_runs(hidden, text, secret);
}

/// Hides it however it is encoded.
void hide_secret(mask& hidden, const folded_text& text,
                 std::string_view secret) {
  const auto folded = folded_text{secret};
  auto found = mask(text.view().size(), false);
  hide_secret(found, text.view(), folded.view());
  for (std::size_t pos = 0; pos < found.size(); ++pos)
    if (found[pos])
      hide(hidden, text.origin_of(pos),
           text.origin_of(pos + 1) - text.origin_of(pos));
}

void hide_token_like_runs(mask& hidden, std::string_view text) {
  for (std::size_t pos = 0; pos < text.size();) {
    const auto begin = pos;
    while (pos < text.size() && is_token_char(text[pos]))
      ++pos;
    const auto run = text.substr(begin, pos - begin);
    if (looks_like_token(run) && !looks_like_path(run))
      hide(hidden, begin, run.size());
    pos = std::max(pos, begin + 1);
  }
}

/// The length of the UTF-8 sequence (RFC 3629) of a visible character at the
/// front; 0 if there is none.
std::size_t visible_length(std::string_view text) noexcept {
  const auto byte = [text](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto first = byte(0);
  if (first < 0x80)
    return first >= 0x20 && first != 0x7f ? 1 : 0;
  const std::size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (first < 0xc2 || first > 0xf4)
    return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0u) != 0x80)
      return 0;
  // Over-long forms, surrogates, beyond Unicode, and control characters.
  if ((first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) > 0x9f)
      || (first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) > 0x8f)
      || (first == 0xc2 && byte(1) < 0xa0))
    return 0;
  return length;
}

/// Renders the text on one line: whitespace becomes a single space, what cannot
/// be shown a question mark, what must not be shown says so.
std::string render(std::string_view text, const mask& hidden) {
  auto result = std::string{};
  result.reserve(text.size());
  for (std::size_t pos = 0; pos < text.size();) {
    if (hidden[pos]) {
      while (pos < text.size() && hidden[pos])
        ++pos;
      result += secret::redacted;
    } else if (whitespace.find(text[pos]) != std::string_view::npos) {
      if (!result.empty() && result.back() != ' ')
        result += ' ';
      ++pos;
    } else if (const auto length = visible_length(text.substr(pos))) {
      result += text.substr(pos, length);
      pos += length;
    } else {
      result += '?';
      ++pos;
    }
  }
  if (result.ends_with(' '))
    result.pop_back();
  return result;
}

/// Cuts the text to its work limit, at whitespace: half a secret would not be
/// recognised.
std::string_view cut(std::string_view text, text_end end) noexcept {
  if (text.size() <= work_limit)
    return text;
  if (end == text_end::tail) {
    text.remove_prefix(text.size() - work_limit);
    return text.substr(std::min(text.find_first_of(whitespace), text.size()));
  }
  text = text.substr(0, work_limit);
  const auto last = text.find_last_of(whitespace);
  return text.substr(0, last == std::string_view::npos ? 0 : last);
}

bool continues_character(char c) noexcept {
  return (static_cast<unsigned char>(c) & 0xc0u) == 0x80;
}

/// Cuts the rendered text to the limit, between characters.
std::string shorten(std::string text, std::size_t limit, text_end end) {
  if (text.size() <= limit)
    return text;
  const auto room = limit - std::min(limit, ellipsis.size());
  if (end == text_end::tail) {
    auto begin = text.size() - room;
    while (begin < text.size() && continues_character(text[begin]))
      ++begin;
    return std::string{ellipsis} + text.substr(begin);
  }
  auto size = room;
  while (size > 0 && continues_character(text[size]))
    --size;
  return text.substr(0, size) + std::string{ellipsis};
}

} // namespace

std::string quote_foreign(std::string_view text, std::size_t limit,
                          text_end end,
                          std::span<const std::string_view> secrets) {
  const auto work = cut(text, end);
  auto hidden = mask(work.size(), false);
  const auto folded = folded_text{work};
  for (auto secret : secrets) {
    hide_secret(hidden, work, secret);
    hide_secret(hidden, folded, secret);
  }
  hide_token_like_runs(hidden, work);
  return shorten(render(work, hidden), limit, end);
}

std::vector<std::string_view> views_of(std::span<const secret> secrets) {
  auto result = std::vector<std::string_view>{};
  for (const auto& x : secrets)
    result.push_back(x.view());
  return result;
}

} // namespace bearer::detail
