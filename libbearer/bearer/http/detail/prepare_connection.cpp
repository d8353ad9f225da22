#include <bearer/detail/saturating.hpp>
#include <bearer/http/detail/prepare_connection.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>

#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bearer::http::detail {

namespace {

/// How long libcurl may take a file of authorities for unchanged, in seconds.
constexpr long authorities_age = 60;

/// A child process that is started on another thread must not keep a connection
/// open.
curl_socket_t open_socket(void* failure, curlsocktype,
                          curl_sockaddr* address) noexcept {
  const auto result = ::socket(address->family,
                               address->socktype | SOCK_CLOEXEC,
                               address->protocol);
  if (result < 0)
    *static_cast<int*>(failure) = errno;
  return result;
}

const char* variable(const char* name) noexcept {
  const auto* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : nullptr;
}

/// Whether the scheme of a URL, which has been checked, is http.
bool is_plain(const std::string& url) noexcept {
  constexpr auto prefix = std::string_view{"http:"};
  return ::strncasecmp(url.c_str(), prefix.data(), prefix.size()) == 0;
}

/// The machine's authorities in one file, if it has one where libcurl was made
/// to look.
const char* built_in_authorities() noexcept {
  const auto* file = curl_version_info(CURLVERSION_NOW)->cainfo;
  return file != nullptr && ::access(file, R_OK) == 0 ? file : nullptr;
}

/// What libcurl gets for connecting: a little more than there is, because the
/// engine has the last word; libcurl divides it among a host's addresses.
long connect_timeout(std::chrono::steady_clock::time_point deadline) noexcept {
  using std::chrono::milliseconds;
  const auto left = bearer::detail::saturating_distance(
    std::chrono::steady_clock::now(), deadline);
  const auto limit = milliseconds{std::numeric_limits<int>::max()};
  return static_cast<long>(
    std::clamp(std::chrono::duration_cast<milliseconds>(left)
                 + milliseconds{1000},
               milliseconds{1000}, limit)
      .count());
}

void prepare_authorities(CURL* easy, const connection_options& how) {
  set_option(easy, CURLOPT_CA_CACHE_TIMEOUT, authorities_age);
  const auto* file = how.ca_file.empty() ? nullptr : how.ca_file.c_str();
  const char* folder = nullptr;
  if (file == nullptr)
    file = variable("CURL_CA_BUNDLE");
  if (file == nullptr) {
    file = variable("SSL_CERT_FILE");
    folder = variable("SSL_CERT_DIR");
  }
  // With a folder beside it, libcurl would read this file for each connection,
  // which takes its thread some 30 ms.
  if (file == nullptr && folder == nullptr)
    file = built_in_authorities();
  // Either both or none: the built-in folder would add to a file.
  if (file != nullptr || folder != nullptr) {
    for (const auto what : {CURLOPT_CAINFO, CURLOPT_PROXY_CAINFO})
      set_option(easy, what, file);
    for (const auto what : {CURLOPT_CAPATH, CURLOPT_PROXY_CAPATH})
      set_option(easy, what, folder);
  }
  if (how.certificate_file.empty())
    return;
  set_option(easy, CURLOPT_SSLCERT, how.certificate_file.c_str());
  const auto& key = how.key_file.empty() ? how.certificate_file : how.key_file;
  set_option(easy, CURLOPT_SSLKEY, key.c_str());
  // OpenSSL would ask for it at the terminal.
  set_option(easy, CURLOPT_KEYPASSWD, "");
}

} // namespace

void prepare_connection(CURL* easy, const request& what,
                        std::chrono::steady_clock::time_point deadline) {
  const auto& how = what.connection;
  // Signals are for the application's threads.
  set_option(easy, CURLOPT_NOSIGNAL, 1L);
  // Nobody waits for a name server that does not answer.
  set_option(easy, CURLOPT_QUICK_EXIT, 1L);
  set_option(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  // With HTTP/2, the end of a transfer would be that of a stream alone. Were
  // its connection deaf, as behind a firewall that has forgotten it, then all
  // later attempts would be made over the same one, in vain.
  set_option(easy, CURLOPT_HTTP_VERSION,
             static_cast<long>(CURL_HTTP_VERSION_1_1));
  set_option(easy, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  set_option(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_timeout(deadline));
  set_option(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (!how.proxy.empty())
    set_option(easy, CURLOPT_PROXY, how.proxy.c_str());
  // Plain http is for this very machine then, and a proxy may be another.
  else if (!how.environment_proxy
           || (!how.allow_plain_http && is_plain(what.url)))
    set_option(easy, CURLOPT_PROXY, "");
  prepare_authorities(easy, how);
}

} // namespace bearer::http::detail
