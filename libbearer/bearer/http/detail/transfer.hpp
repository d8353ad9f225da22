#pragma once

#include <bearer/detail/call_record.hpp>
#include <bearer/http/request.hpp>
#include <bearer/http/response.hpp>
#include <bearer/source/detail/wiped_buffer.hpp>

#include <caf/error.hpp>

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace bearer::http::detail {

using response_record = bearer::detail::call_record<response>;

/// One request on its way, with the redirects that it follows. Belongs to the
/// thread that runs the transfers.
class transfer {
public:
  using steady_time = std::chrono::steady_clock::time_point;

  /// @param id Names the transfer to whom it may want to abort it.
  transfer(std::uint64_t id, request what,
           std::shared_ptr<response_record> record);

  transfer(const transfer&) = delete;

  transfer& operator=(const transfer&) = delete;

  std::uint64_t id() const noexcept {
    return id_;
  }

  /// Scheme, host and port of where it goes to now.
  std::string origin() const;

  /// By when it has to have ended.
  steady_time deadline() const noexcept {
    return deadline_;
  }

  CURL* handle() const noexcept {
    return easy_.get();
  }

  /// Prepares `handle()` for the next request.
  /// @returns nothing; or why there is none.
  caf::error prepare();

  /// Looks at how the request ended.
  /// @returns whether there is another one to make: a redirect. If not, then
  ///          the answer has been given.
  bool ended(CURLcode code);

  /// Answers with an error.
  void fail(caf::error why);

  /// Answers that the time was over before anything was sent.
  void fail_late();

private:
  // What curl calls. Nothing may be thrown through it.
  static std::size_t on_header(char* data, std::size_t, std::size_t size,
                               void* self);
  static std::size_t on_body(char* data, std::size_t, std::size_t size,
                             void* self);

  bool take_header(std::string_view line);
  bool take_body(std::string_view part);
  void set_request();
  void set_fields();
  void set_connection();
  caf::error explain(CURLcode code) const;
  caf::error unusable(const std::string& what) const;
  std::optional<caf::error> follow();

  std::uint64_t id_;
  request request_;
  std::shared_ptr<response_record> record_;
  steady_time deadline_;
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy_;
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> sent_fields_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};

  response response_;
  std::unique_ptr<bearer::detail::wiped_buffer> body_;
  std::size_t header_size_ = 0;
  int hops_ = 0;

  // What made us break off, if anything did.
  std::string broken_off_;
};

} // namespace bearer::http::detail
