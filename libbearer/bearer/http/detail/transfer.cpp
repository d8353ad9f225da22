#include <bearer/detail/saturating.hpp>
#include <bearer/detail/wipe.hpp>
#include <bearer/error.hpp>
#include <bearer/http/detail/transfer.hpp>
#include <bearer/http/url.hpp>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>
#include <utility>

#include <sys/socket.h>

namespace bearer::http::detail {

namespace {

using bearer::detail::wiped_buffer;

/// Browsers follow some twenty; a token endpoint has no need of more.
constexpr int max_hops = 5;

/// The most bytes of header fields.
constexpr std::size_t max_header_size = std::size_t{64} * 1024;

/// Child processes must not inherit connections.
curl_socket_t open_socket(void*, curlsocktype, curl_sockaddr* address) {
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC,
                  address->protocol);
}

std::string_view trimmed(std::string_view text) noexcept {
  constexpr auto space = std::string_view{" \t\r\n"};
  const auto first = text.find_first_not_of(space);
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

/// Milliseconds as curl takes them: 0 would mean no limit.
long to_curl(caf::timespan timeout) noexcept {
  using std::chrono::milliseconds;
  const auto rounded = std::chrono::ceil<milliseconds>(timeout).count();
  return static_cast<long>(
    std::clamp<milliseconds::rep>(rounded, 1, std::numeric_limits<int>::max()));
}

/// What the curl program looks at, which the library leaves to us.
const char* first_variable(std::initializer_list<const char*> names) {
  for (const auto* name : names)
    if (const auto* value = std::getenv(name); value != nullptr && *value != 0)
      return value;
  return nullptr;
}

/// Whether the server spoke, but not as HTTP has it.
bool is_nonsense(CURLcode code) noexcept {
  return code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_UNSUPPORTED_PROTOCOL
         || code == CURLE_BAD_CONTENT_ENCODING;
}

bool is_redirect(std::uint16_t status) noexcept {
  return status == 301 || status == 302 || status == 303 || status == 307
         || status == 308;
}

/// The others turn a POST into a GET, which brings no token.
bool keeps_method(std::uint16_t status) noexcept {
  return status == 307 || status == 308;
}

template <class Value>
void set(CURL* handle, CURLoption option, Value value) {
  // Out of memory is all that can go wrong with options of a known kind.
  if (curl_easy_setopt(handle, option, value) != CURLE_OK)
    throw std::bad_alloc{};
}

} // namespace

transfer::transfer(std::uint64_t id, http::request what,
                   std::shared_ptr<response_record> record)
  : id_(id),
    request_(std::move(what)),
    record_(std::move(record)),
    deadline_(bearer::detail::saturating_add(std::chrono::steady_clock::now(),
                                             request_.timeout)),
    easy_(nullptr, curl_easy_cleanup),
    sent_fields_(nullptr, curl_slist_free_all) {
  // nop
}

std::string transfer::origin() const {
  auto url = shown(request_.url);
  // Behind "https://".
  return url.substr(0, url.find('/', std::min(url.find("//") + 2, url.size())));
}

// -- before
// ----------------------------------------------------------------------

caf::error transfer::prepare() {
  if (std::chrono::steady_clock::now() >= deadline_)
    return caf::make_error(errc::connection_failed,
                           shown(request_.url)
                             + ": the time was over before anything was sent");
  easy_.reset(curl_easy_init());
  if (!easy_)
    throw std::bad_alloc{};
  response_ = {};
  body_ = nullptr;
  header_size_ = 0;
  error_text_[0] = '\0';
  set_request();
  set_fields();
  set_connection();
  return {};
}

void transfer::set_request() {
  auto* handle = easy_.get();
  set(handle, CURLOPT_URL, request_.url.c_str());
  set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  set(handle, CURLOPT_FOLLOWLOCATION, 0L);
  set(handle, CURLOPT_NOSIGNAL, 1L);
  // Else the end of a transfer waits for its name to be resolved.
  set(handle, CURLOPT_QUICK_EXIT, 1L);
  set(handle, CURLOPT_TIMEOUT_MS,
      to_curl(deadline_ - std::chrono::steady_clock::now()));
  set(handle, CURLOPT_ERRORBUFFER, error_text_.data());
  set(handle, CURLOPT_PRIVATE, static_cast<void*>(this));
  set(handle, CURLOPT_HEADERFUNCTION, &transfer::on_header);
  set(handle, CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(handle, CURLOPT_WRITEFUNCTION, &transfer::on_body);
  set(handle, CURLOPT_WRITEDATA, static_cast<void*>(this));
  // Everything that this curl can decompress.
  set(handle, CURLOPT_ACCEPT_ENCODING, "");
  if (request_.method == method::get)
    return;
  // Not copied; the request lives as long as the handle.
  set(handle, CURLOPT_POSTFIELDS, request_.body.view().data());
  set(handle, CURLOPT_POSTFIELDSIZE_LARGE,
      static_cast<curl_off_t>(request_.body.size()));
  if (request_.body.empty())
    set(handle, CURLOPT_POSTFIELDS, "");
}

void transfer::set_fields() {
  // A question "may I send a body?" costs time and confuses servers.
  auto add = [this](const std::string& line) {
    auto* longer = curl_slist_append(sent_fields_.get(), line.c_str());
    if (longer == nullptr)
      throw std::bad_alloc{};
    static_cast<void>(sent_fields_.release());
    sent_fields_.reset(longer);
  };
  sent_fields_.reset();
  add("Expect:");
  for (const auto& [name, value] : request_.fields) {
    auto line = std::string{};
    bearer::detail::wipe_guard guard{line};
    line.reserve(name.size() + value.size() + 2);
    // curl's way to say that a value is empty.
    line.append(name).append(value.empty() ? ";" : ": ").append(value.view());
    add(line);
  }
  set(easy_.get(), CURLOPT_HTTPHEADER, sent_fields_.get());
  set(easy_.get(), CURLOPT_USERAGENT, "libbearer/" BEARER_VERSION);
}

void transfer::set_connection() {
  auto* handle = easy_.get();
  const auto& how = request_.connection;
  set(handle, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  set(handle, CURLOPT_TCP_KEEPALIVE, 1L);
  set(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!how.ca_file.empty()) {
    set(handle, CURLOPT_CAINFO, how.ca_file.c_str());
  } else {
    if (const auto* file = first_variable({"CURL_CA_BUNDLE", "SSL_CERT_FILE"}))
      set(handle, CURLOPT_CAINFO, file);
    if (const auto* folder = first_variable({"SSL_CERT_DIR"}))
      set(handle, CURLOPT_CAPATH, folder);
  }
  if (!how.certificate_file.empty()) {
    set(handle, CURLOPT_SSLCERT, how.certificate_file.c_str());
    set(handle, CURLOPT_SSLKEY,
        (how.key_file.empty() ? how.certificate_file : how.key_file).c_str());
  }
  if (!how.proxy.empty())
    set(handle, CURLOPT_PROXY, how.proxy.c_str());
}

// -- during
// ----------------------------------------------------------------------

std::size_t transfer::on_header(char* data, std::size_t, std::size_t size,
                                void* self) {
  try {
    return static_cast<transfer*>(self)->take_header({data, size}) ? size : 0;
  } catch (...) {
    return 0; // out of memory
  }
}

std::size_t transfer::on_body(char* data, std::size_t, std::size_t size,
                              void* self) {
  try {
    return static_cast<transfer*>(self)->take_body({data, size})
             ? size
             : CURL_WRITEFUNC_ERROR;
  } catch (...) {
    return CURL_WRITEFUNC_ERROR; // out of memory
  }
}

bool transfer::take_header(std::string_view line) {
  header_size_ += line.size();
  if (header_size_ > max_header_size) {
    broken_off_ = "header fields of more than "
                  + std::to_string(max_header_size) + " bytes";
    return false;
  }
  // Another one begins: what came before was an interim answer.
  if (line.starts_with("HTTP/")) {
    response_.fields.clear();
    return true;
  }
  const auto colon = line.find(':');
  if (colon != std::string_view::npos)
    response_.fields.push_back({std::string{trimmed(line.substr(0, colon))},
                                secret{trimmed(line.substr(colon + 1))}});
  return true;
}

bool transfer::take_body(std::string_view part) {
  const auto size = body_ ? body_->size() : 0;
  if (part.size() > request_.max_body - size) {
    broken_off_ = "a body of more than " + std::to_string(request_.max_body)
                  + " bytes";
    return false;
  }
  if (!body_ || body_->room() < part.size()) {
    // Grows by doubling; what is left behind is wiped.
    constexpr auto least = std::size_t{4096};
    auto larger = std::make_unique<wiped_buffer>(
      std::min(request_.max_body, std::max(2 * (size + part.size()), least)));
    if (body_) {
      std::memcpy(larger->tail(), body_->data(), size);
      larger->commit(size);
    }
    body_ = std::move(larger);
  }
  std::memcpy(body_->tail(), part.data(), part.size());
  body_->commit(part.size());
  return true;
}

// -- after
// -----------------------------------------------------------------------

bool transfer::ended(CURLcode code) {
  if (code != CURLE_OK) {
    fail(explain(code));
    return false;
  }
  auto status = 0L;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  response_.status = static_cast<std::uint16_t>(status);
  if (is_redirect(response_.status)
      && !response_.field_value("Location").empty()) {
    if (auto err = follow()) {
      fail(std::move(*err));
      return false;
    }
    return true;
  }
  if (body_)
    response_.body = secret{body_->view()};
  record_->complete(std::move(response_));
  return false;
}

std::optional<caf::error> transfer::follow() {
  if (++hops_ > max_hops)
    return unusable("redirects more than " + std::to_string(max_hops)
                    + " times");
  auto next = resolve(request_.url,
                      std::string{response_.field_value("Location")});
  if (!next)
    return std::move(next.error());
  if (!same_origin(request_.url, *next))
    return unusable("redirects to " + shown(*next)
                    + ", another origin, which is not followed");
  if (request_.method != method::get && !keeps_method(response_.status))
    return unusable("redirects to " + shown(*next) + " with status "
                    + std::to_string(response_.status)
                    + ", which would make a GET of the POST");
  request_.url = std::move(*next);
  return std::nullopt;
}

void transfer::fail(caf::error why) {
  record_->complete(std::move(why));
}

void transfer::fail_late() {
  fail(caf::make_error(errc::connection_failed,
                       shown(request_.url)
                         + ": the time was over before it was this request's"
                           " turn"));
}

caf::error transfer::unusable(const std::string& what) const {
  return caf::make_error(errc::unusable_response,
                         shown(request_.url) + ": " + what);
}

caf::error transfer::explain(CURLcode code) const {
  if (!broken_off_.empty())
    return unusable("the answer has " + broken_off_);
  const auto what = std::string{
    error_text_[0] != '\0' ? error_text_.data() : curl_easy_strerror(code)};
  if (is_nonsense(code))
    return unusable(what);
  auto sent = 0L;
  curl_easy_getinfo(easy_.get(), CURLINFO_REQUEST_SIZE, &sent);
  return caf::make_error(sent > 0 ? errc::answer_lost : errc::connection_failed,
                         shown(request_.url) + ": " + what);
}

} // namespace bearer::http::detail
