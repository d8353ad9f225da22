#include <bearer/http/detail/answer_reader.hpp>

#include <algorithm>

namespace bearer::http::detail {

namespace {

constexpr std::size_t max_lines = 256;

constexpr std::size_t max_header_size = std::size_t{64} * 1024;

constexpr std::size_t first_capacity = std::size_t{4} * 1024;

} // namespace

void answer_reader::reset() noexcept {
  too_much_ = excess::none;
  lines_ = 0;
  header_size_ = 0;
  body_ = nullptr;
}

bool answer_reader::take_line(std::size_t size) noexcept {
  ++lines_;
  header_size_ += size;
  if (lines_ <= max_lines && header_size_ <= max_header_size)
    return true;
  too_much_ = excess::header;
  return false;
}

bool answer_reader::take_body(const char* bytes, std::size_t size) {
  const auto have = body_ ? body_->size() : 0;
  if (size > max_body_ - have) {
    too_much_ = excess::body;
    return false;
  }
  if (!body_ || body_->room() < size)
    grow(have + size);
  std::copy_n(bytes, size, body_->tail());
  body_->commit(size);
  return true;
}

void answer_reader::grow(std::size_t least) {
  using bearer::detail::wiped_buffer;
  const auto doubled = body_ ? body_->capacity() * 2 : first_capacity;
  auto next = std::make_unique<wiped_buffer>(std::max(least, doubled));
  if (body_) {
    std::ranges::copy(body_->view(), next->tail());
    next->commit(body_->size());
  }
  body_ = std::move(next);
}

response answer_reader::finish(CURL* easy) const {
  auto result = response{};
  auto status = 0L;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  result.status = static_cast<std::uint16_t>(status);
  // Of the last answer, without those of interim ones and of a proxy's.
  constexpr auto latest = -1;
  for (auto* x = curl_easy_nextheader(easy, CURLH_HEADER, latest, nullptr);
       x != nullptr; x = curl_easy_nextheader(easy, CURLH_HEADER, latest, x))
    result.fields.push_back({x->name, secret{x->value}});
  if (body_)
    result.body = secret{body_->view()};
  return result;
}

} // namespace bearer::http::detail
