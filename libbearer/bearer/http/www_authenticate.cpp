#include <bearer/http/www_authenticate.hpp>

#include <cstddef>
#include <optional>

namespace bearer::http {

namespace {

// Nobody sends more; somebody might, to keep us busy.
constexpr std::size_t max_challenges = 32;
constexpr std::size_t max_parameters = 64;

bool is_alphanumeric(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
         || (c >= '0' && c <= '9');
}

/// RFC 9110, section 5.6.2.
bool is_token_char(char c) noexcept {
  return is_alphanumeric(c)
         || std::string_view{"!#$%&'*+-.^_`|~"}.find(c)
              != std::string_view::npos;
}

/// RFC 9110, section 11.2, without the padding.
bool is_token68_char(char c) noexcept {
  return is_alphanumeric(c)
         || std::string_view{"-._~+/"}.find(c) != std::string_view::npos;
}

std::string lower(std::string_view text) {
  auto result = std::string{text};
  for (auto& c : result)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return result;
}

/// Takes pieces from the front of the value, each byte at most twice.
class scanner {
public:
  explicit scanner(std::string_view text) noexcept : text_(text) {
    // nop
  }

  bool at_end() const noexcept {
    return pos_ == text_.size();
  }

  /// Whether an element of the list ends here.
  bool at_element_end() const noexcept {
    return at_end() || text_[pos_] == ',';
  }

  /// Takes a character if it comes next.
  bool take(char c) noexcept {
    if (at_end() || text_[pos_] != c)
      return false;
    ++pos_;
    return true;
  }

  /// Takes whitespace; returns whether there was any.
  bool take_space() noexcept {
    const auto begin = pos_;
    while (take(' ') || take('\t'))
      ; // nop
    return pos_ > begin;
  }

  /// Takes whitespace and commas; returns whether there was a comma.
  bool take_separators() noexcept {
    auto result = false;
    for (;;) {
      if (take(','))
        result = true;
      else if (!take_space())
        return result;
    }
  }

  /// Takes a token; empty if there is none.
  std::string_view token() noexcept {
    return take_while(is_token_char);
  }

  /// Takes the token68 of a challenge, if it has one. A parameter looks like
  /// one up to its value.
  void take_token68() noexcept {
    const auto begin = pos_;
    if (!take_while(is_token68_char).empty()) {
      while (take('='))
        ; // nop
      take_space();
      if (at_element_end())
        return;
    }
    pos_ = begin;
  }

  /// Takes what stands behind the `=` of a parameter; none if it is broken.
  std::optional<std::string> value() {
    if (take('"'))
      return quoted();
    const auto plain = token();
    if (plain.empty())
      return std::nullopt;
    return std::string{plain};
  }

  /// Passes over everything up to the next comma outside of quotes.
  void skip_element() {
    while (!at_element_end())
      if (text_[pos_++] == '"')
        quoted();
  }

private:
  template <class Predicate>
  std::string_view take_while(Predicate f) noexcept {
    const auto begin = pos_;
    while (!at_end() && f(text_[pos_]))
      ++pos_;
    return text_.substr(begin, pos_ - begin);
  }

  /// The rest of a quoted string; none if its end is missing.
  std::optional<std::string> quoted() {
    auto result = std::string{};
    while (!at_end()) {
      auto c = text_[pos_++];
      if (c == '"')
        return result;
      if (c == '\\' && !at_end())
        c = text_[pos_++];
      result += c;
    }
    return std::nullopt;
  }

  std::string_view text_;
  std::size_t pos_ = 0;
};

/// Reads the rest of a parameter behind its name and the `=`.
void read_parameter(scanner& in, std::string_view name,
                    std::vector<challenge>& into) {
  in.take_space();
  auto value = in.value();
  if (!value) {
    in.skip_element();
    return;
  }
  if (into.empty() || into.back().parameters.size() == max_parameters)
    return;
  into.back().parameters.emplace_back(lower(name), std::move(*value));
}

/// Reads a parameter, or a scheme and its token68 if it has one.
/// @param may_be_scheme Whether a comma stands in front.
/// @returns false if there is no room for another challenge.
bool read_element(scanner& in, bool may_be_scheme,
                  std::vector<challenge>& into) {
  const auto name = in.token();
  const auto spaced = in.take_space();
  if (!name.empty() && in.take('=')) {
    read_parameter(in, name, into);
    return true;
  }
  if (name.empty() || !may_be_scheme || !(spaced || in.at_element_end())) {
    in.skip_element();
    return true;
  }
  if (into.size() == max_challenges)
    return false;
  into.push_back({lower(name), {}});
  in.take_token68();
  return true;
}

} // namespace

std::string_view challenge::parameter(std::string_view name) const noexcept {
  for (const auto& [key, value] : parameters)
    if (key == name)
      return value;
  return {};
}

std::vector<challenge> parse_www_authenticate(std::string_view value) {
  auto result = std::vector<challenge>{};
  auto in = scanner{value};
  for (auto first = true;; first = false) {
    const auto separated = in.take_separators() || first;
    if (in.at_end() || !read_element(in, separated, result))
      return result;
  }
}

} // namespace bearer::http
