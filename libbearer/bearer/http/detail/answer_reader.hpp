#pragma once

#include <bearer/http/response.hpp>
#include <bearer/source/detail/wiped_buffer.hpp>

#include <curl/curl.h>

#include <cstddef>
#include <memory>

namespace bearer::http::detail {

/// Reads one answer from libcurl, within limits, into memory that is wiped.
class answer_reader {
public:
  /// What an answer had too much of.
  enum class excess : std::uint8_t { none, header, body };

  explicit answer_reader(std::size_t max_body) : max_body_(max_body) {
    // nop
  }

  /// Forgets what was read so far.
  void reset() noexcept;

  /// Counts one line of any header: interim answers, which a server may repeat
  /// for ever, and trailers are among them. False if it is one too many.
  bool take_line(std::size_t size) noexcept;

  /// Takes a part of the body, decompressed. False if it is too much. Throws if
  /// there is not enough memory.
  bool take_body(const char* bytes, std::size_t size);

  excess too_much() const noexcept {
    return too_much_;
  }

  /// The whole answer, once the transfer has ended well.
  response finish(CURL* easy) const;

private:
  void grow(std::size_t least);

  std::size_t max_body_;
  excess too_much_ = excess::none;
  std::size_t lines_ = 0;
  std::size_t header_size_ = 0;
  std::unique_ptr<bearer::detail::wiped_buffer> body_;
};

} // namespace bearer::http::detail
