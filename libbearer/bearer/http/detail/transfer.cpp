#include <bearer/detail/wipe.hpp>
#include <bearer/error.hpp>
#include <bearer/http/detail/prepare_connection.hpp>
#include <bearer/http/detail/shown_target.hpp>
#include <bearer/http/detail/transfer.hpp>
#include <bearer/http/url.hpp>

#include <algorithm>
#include <cerrno>
#include <new>
#include <string_view>
#include <system_error>

namespace bearer::http::detail {

namespace {

constexpr int max_redirects = 5;

bool is_redirect(std::uint16_t status) noexcept {
  return status >= 300 && status < 400;
}

bool leads_on(std::uint16_t status) noexcept {
  return (status >= 301 && status <= 303) || status == 307 || status == 308;
}

/// Whether a redirect keeps method and body.
bool keeps_method(std::uint16_t status) noexcept {
  return status == 307 || status == 308;
}

/// Whether an answer came, though none that can be used.
bool is_unusable(CURLcode code) noexcept {
  return code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_BAD_CONTENT_ENCODING
         || code == CURLE_UNSUPPORTED_PROTOCOL;
}

} // namespace

transfer::transfer(const request& what, steady_time deadline, void* tag)
  : what_(what),
    url_(what.url),
    reader_(what.max_body),
    easy_(curl_easy_init()) {
  if (!easy_)
    throw std::bad_alloc{};
  set(CURLOPT_PRIVATE, tag);
  set(CURLOPT_ERRORBUFFER, error_.data());
  set(CURLOPT_OPENSOCKETDATA, &socket_failure_);
  set(CURLOPT_HEADERFUNCTION, &transfer::on_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, &transfer::on_body);
  set(CURLOPT_WRITEDATA, this);
  prepare_request();
  prepare_fields();
  prepare_connection(easy_.get(), what_, deadline);
}

template <class T>
void transfer::set(CURLoption what, T value) {
  set_option(easy_.get(), what, value);
}

void transfer::prepare_request() {
  set(CURLOPT_URL, url_.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  // Redirects are ours to judge.
  set(CURLOPT_FOLLOWLOCATION, 0L);
  // All encodings that this libcurl knows.
  set(CURLOPT_ACCEPT_ENCODING, "");
  set(CURLOPT_USERAGENT, "libbearer/" BEARER_VERSION);
  if (what_.method == method::get)
    return;
  unsent_ = what_.body.view();
  set(CURLOPT_POST, 1L);
  set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(unsent_.size()));
  // When a connection that was used before breaks without a word, libcurl sends
  // the request again, although the server may have done what it asked (RFC
  // 9110, section 9.2.2). It cannot if it would have to go back in the body.
  set(CURLOPT_READFUNCTION, &transfer::on_upload);
  set(CURLOPT_READDATA, this);
  // Nor would it on a new connection, where there is no body to go back in.
  if (unsent_.empty())
    set(CURLOPT_FRESH_CONNECT, 1L);
}

void transfer::add_line(const std::string& line) {
  auto* longer = curl_slist_append(lines_.get(), line.c_str());
  if (longer == nullptr)
    throw std::bad_alloc{};
  static_cast<void>(lines_.release());
  lines_.reset(longer);
}

void transfer::prepare_fields() {
  // A server that knows nothing of it would delay long bodies.
  add_line("Expect:");
  for (const auto& field : what_.fields) {
    auto line = std::string{};
    bearer::detail::wipe_guard guard{line};
    line.reserve(field.name.size() + 2 + field.value.size());
    line.append(field.name);
    // With a colon and nothing after it libcurl would drop the field.
    if (field.value.empty())
      line.append(";");
    else
      line.append(": ").append(field.value.view());
    add_line(line);
  }
  set(CURLOPT_HTTPHEADER, lines_.get());
}

std::size_t transfer::on_header(char*, std::size_t size, std::size_t count,
                                void* self) noexcept {
  auto& reader = static_cast<transfer*>(self)->reader_;
  return reader.take_line(size * count) ? size * count : 0;
}

std::size_t transfer::on_body(char* bytes, std::size_t size, std::size_t count,
                              void* self) noexcept {
  auto* me = static_cast<transfer*>(self);
  try {
    return me->reader_.take_body(bytes, size * count) ? size * count : 0;
  } catch (const std::bad_alloc&) {
    me->no_memory_ = true;
    return 0;
  }
}

std::size_t transfer::on_upload(char* room, std::size_t size, std::size_t count,
                                void* self) noexcept {
  auto& unsent = static_cast<transfer*>(self)->unsent_;
  const auto part = unsent.substr(0, size * count);
  std::ranges::copy(part, room);
  unsent.remove_prefix(part.size());
  return part.size();
}

std::optional<caf::expected<response>> transfer::end_round(CURLcode code) {
  if (no_memory_)
    throw std::bad_alloc{};
  if (code != CURLE_OK)
    return failed(code);
  auto answer = reader_.finish(easy_.get());
  if (is_redirect(answer.status) && !answer.field_value("Location").empty())
    if (auto result = redirect(answer); result || leads_on(answer.status))
      return result;
  return answer;
}

/// The error that keeps us from going where the answer leads, or from taking it
/// for an answer; else what is next is prepared if the answer leads on.
std::optional<caf::expected<response>>
transfer::redirect(const response& answer) {
  auto target = resolve(url_, std::string{answer.field_value("Location")});
  const auto refuse = [&](std::string_view why) {
    return unusable(
      "the redirect to "
      + (target ? shown_target(what_.url, *target) : "what is no URL")
      + " is not followed" + std::string{why});
  };
  if (!target)
    return refuse("");
  if (!same_origin(url_, *target))
    return refuse(": it is another origin");
  if (check_url(*target, what_.connection))
    return refuse(": it may not be used");
  if (!leads_on(answer.status))
    return std::nullopt;
  if (what_.method == method::post && !keeps_method(answer.status))
    return refuse(": it would drop the body that was posted");
  if (++redirects_ > max_redirects)
    return refuse(": there were too many before");
  url_ = std::move(*target);
  unsent_ = what_.body.view();
  reader_.reset();
  set(CURLOPT_URL, url_.c_str());
  return std::nullopt;
}

std::string transfer::name() const {
  return shown(what_.url) + (redirects_ > 0 ? " (redirected): " : ": ");
}

caf::error transfer::unusable(const std::string& why) const {
  return caf::make_error(errc::unusable_response, name() + why);
}

caf::error transfer::failed(CURLcode code) const {
  if (reader_.too_much() == answer_reader::excess::body)
    return unusable("the body of the answer is over the limit of "
                    + std::to_string(what_.max_body) + " bytes");
  if (reader_.too_much() == answer_reader::excess::header)
    return unusable("the header of the answer is too long");
  if (is_unusable(code))
    return unusable(error_text(code));
  return caf::make_error(was_sent() ? errc::answer_lost
                                    : errc::connection_failed,
                         name() + error_text(code) + socket_shortage());
}

std::string transfer::socket_shortage() const {
  // Others are about one address of several, such as those of IPv6.
  if (socket_failure_ != EMFILE && socket_failure_ != ENFILE)
    return {};
  return ": " + std::generic_category().message(socket_failure_);
}

bool transfer::was_sent() const noexcept {
  auto size = 0L;
  curl_easy_getinfo(easy_.get(), CURLINFO_REQUEST_SIZE, &size);
  // What a proxy was asked for a tunnel counts in there as well; but nothing is
  // sent to the server before this time has come.
  auto ready = curl_off_t{0};
  curl_easy_getinfo(easy_.get(), CURLINFO_PRETRANSFER_TIME_T, &ready);
  return size > 0 && ready > 0;
}

std::string transfer::error_text(CURLcode code) const {
  // It complains that it could not send the body again.
  if (code == CURLE_SEND_FAIL_REWIND)
    return "the connection broke before the answer";
  const auto detail = std::string_view{error_.data()};
  // libcurl quotes a proxy that it does not understand, password and all.
  const auto secret = detail.starts_with("Unsupported proxy")
                      || detail.find('@') != std::string_view::npos;
  if (detail.empty() || secret)
    return curl_easy_strerror(code);
  auto result = std::string{detail};
  // Names in a certificate may be quoted, whatever is in them.
  std::ranges::replace_if(
    result, [](char c) { return c < ' ' || c > '~'; }, '?');
  return result;
}

} // namespace bearer::http::detail
