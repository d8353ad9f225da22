#pragma once

#include <bearer/detail/wipe.hpp>

#include <curl/curl.h>

#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>

/// Owners of what libcurl allocates, and what goes with them.
namespace bearer::http::detail {

template <auto Free>
struct free_with {
  template <class T>
  void operator()(T* ptr) const noexcept {
    Free(ptr);
  }
};

/// Any line of a header may be a credential.
inline void wipe_and_free(curl_slist* lines) noexcept {
  for (auto* line = lines; line != nullptr; line = line->next)
    bearer::detail::wipe(line->data, std::strlen(line->data));
  curl_slist_free_all(lines);
}

using url_ptr = std::unique_ptr<CURLU, free_with<curl_url_cleanup>>;
using text_ptr = std::unique_ptr<char, free_with<curl_free>>;
using easy_ptr = std::unique_ptr<CURL, free_with<curl_easy_cleanup>>;
using multi_ptr = std::unique_ptr<CURLM, free_with<curl_multi_cleanup>>;
using lines_ptr = std::unique_ptr<curl_slist, free_with<wipe_and_free>>;

/// Sets an option of a transfer.
/// @throws std::exception
template <class T>
void set_option(CURL* easy, CURLoption what, T value) {
  const auto code = curl_easy_setopt(easy, what, value);
  if (code == CURLE_OUT_OF_MEMORY)
    throw std::bad_alloc{};
  if (code != CURLE_OK)
    throw std::runtime_error(curl_easy_strerror(code));
}

} // namespace bearer::http::detail
