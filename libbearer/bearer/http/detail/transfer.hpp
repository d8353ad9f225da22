#pragma once

#include <bearer/http/detail/answer_reader.hpp>
#include <bearer/http/detail/curl.hpp>
#include <bearer/http/request.hpp>
#include <bearer/http/response.hpp>

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace bearer::http::detail {

/// One request as libcurl does it, with the redirects that it leads to. Stays
/// where it is, because libcurl knows the place. Lives on the I/O thread.
class transfer {
public:
  using steady_time = std::chrono::steady_clock::time_point;

  /// Prepares the first round.
  /// @param what Has been checked; lives longer.
  /// @param tag Comes back from libcurl as `CURLINFO_PRIVATE`.
  /// @throws std::exception
  transfer(const request& what, steady_time deadline, void* tag);

  transfer(const transfer&) = delete;

  transfer& operator=(const transfer&) = delete;

  ~transfer() = default;

  CURL* handle() const noexcept {
    return easy_.get();
  }

  /// Takes the end of one round: the result, or nothing if a redirect leads to
  /// another round.
  std::optional<caf::expected<response>> end_round(CURLcode code);

  /// Whether the server may have heard the request, in part at least.
  bool was_sent() const noexcept;

private:
  void prepare_request();
  void prepare_fields();
  void add_line(const std::string& line);

  template <class T>
  void set(CURLoption what, T value);

  std::optional<caf::expected<response>> redirect(const response& answer);
  caf::error failed(CURLcode code) const;
  caf::error unusable(const std::string& why) const;

  /// The beginning of every error: the URL of the request, and nothing of where
  /// redirects have led since, which the server has chosen.
  std::string name() const;

  std::string error_text(CURLcode code) const;

  /// What libcurl does not say: that this process may have no more sockets.
  std::string socket_shortage() const;

  static std::size_t on_header(char* bytes, std::size_t size, std::size_t count,
                               void* self) noexcept;
  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count,
                             void* self) noexcept;
  static std::size_t on_upload(char* room, std::size_t size, std::size_t count,
                               void* self) noexcept;

  const request& what_;
  // What libcurl has not asked for yet.
  std::string_view unsent_;
  std::string url_;
  int redirects_ = 0;
  bool no_memory_ = false;
  /// Why there was no socket when there was none last.
  int socket_failure_ = 0;
  answer_reader reader_;
  std::array<char, CURL_ERROR_SIZE> error_{};
  lines_ptr lines_;
  // Goes first, because it refers to the others.
  easy_ptr easy_;
};

} // namespace bearer::http::detail
