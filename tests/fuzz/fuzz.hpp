#pragma once

#include <bearer/error.hpp>

#include "support/canary.hpp"

#include <caf/error.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

/// One input; each program defines what is done with it, and requires what must
/// hold then.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size);

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv);

namespace bearer::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Ends the process if something does not hold.
inline void require(bool holds, const char* what) {
  if (holds)
    return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

/// Whether the input has parts of the secret itself, which libFuzzer learns
/// from our own comparisons. Nothing can be said about such an input.
inline bool is_cheating(std::string_view input) {
  return test::shows(input);
}

/// The text with a secret wherever it has an `@`: so the input decides where a
/// secret stands, and nobody has to guess which part of it was one.
inline std::string with_secrets(std::string_view text) {
  auto result = std::string{};
  for (auto c : text)
    if (c == '@')
      result += test::canary;
    else
      result += c;
  return result;
}

/// Takes a line from the front of the text, without its end.
inline std::string_view take_line(std::string_view& text) {
  const auto line = text.substr(0, text.find('\n'));
  text.remove_prefix(line.size() < text.size() ? line.size() + 1 : line.size());
  return line;
}

/// An error of ours that says something, and nothing secret.
inline void require_good(const caf::error& err) {
  require(is_bearer_error(err), "an error is one of the library's");
  const auto text = to_string(err);
  require(!test::shows(text), "an error shows no secret");
  require(text.size() < 4096, "an error has a readable length");
  for (auto c : text)
    require(static_cast<unsigned char>(c) >= 0x20,
            "an error has no control characters");
}

} // namespace bearer::fuzz
