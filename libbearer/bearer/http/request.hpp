#pragma once

#include <bearer/detail/enum_names.hpp>
#include <bearer/secret.hpp>

#include <caf/timespan.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bearer::http {

/// What is done with the resource (RFC 9110, section 9).
enum class method : std::uint8_t { get, post };

/// @relates method
template <class Inspector>
bool inspect(Inspector& f, method& x) {
  return bearer::detail::inspect_enum(f, x);
}

/// A header field (RFC 9110, section 5). Any value may be a credential, hence
/// none is ever shown.
struct field {
  std::string name = {};
  secret value = {};
};

/// @relates field
template <class Inspector>
bool inspect(Inspector& f, field& x) {
  return f.object(x).fields(f.field("name", x.name), f.field("value", x.value));
}

/// Whether two names of header fields are the same: their case means nothing
/// (RFC 9110, section 5.1).
/// @relates field
bool same_name(std::string_view lhs, std::string_view rhs) noexcept;

namespace detail {

/// A URL, or a proxy as curl takes it, for people: without the user and the
/// password, and without all from the query on. Where it cannot be told which
/// part that is, more is left out.
std::string redacted(const std::string& url);

/// How an inspector sees a URL: human-readable forms show it redacted, binary
/// ones keep it whole.
template <class Inspector>
auto reading_url(Inspector& f, const std::string& url) {
  return
    [&f, &url] { return f.has_human_readable_format() ? redacted(url) : url; };
}

/// How an inspector sets a URL.
inline auto writing_url(std::string& url) noexcept {
  return [&url](std::string x) { url = std::move(x); };
}

} // namespace detail

/// How a server is reached, as users of curl know it. Human-readable forms show
/// neither user nor password of the proxy.
struct connection_options {
  /// The certificate authorities that are trusted, a PEM file. If empty, then
  /// those that the environment names for curl (`CURL_CA_BUNDLE`,
  /// `SSL_CERT_FILE`, `SSL_CERT_DIR`), else those of the system, which are
  /// looked for in its folder only if it has no file of all of them. A file
  /// that changes is read again within a minute. There is no way not to verify.
  std::string ca_file = {};

  /// The client's own certificate for mutual TLS, a PEM file; empty for none.
  std::string certificate_file = {};

  /// The key of that certificate, a PEM file; empty if it is in the same one.
  std::string key_file = {};

  /// A proxy, written as for curl. If empty, then that of the environment
  /// (`https_proxy`, `no_proxy` and so on).
  std::string proxy = {};

  /// Whether the environment has a say in that; if not, then an empty `proxy`
  /// is none at all.
  bool environment_proxy = true;

  /// Allows `http:` to other machines than this one, where anybody on the way
  /// can read the secrets.
  bool allow_plain_http = false;

  friend bool operator==(const connection_options&, const connection_options&)
    = default;
};

/// @relates connection_options
template <class Inspector>
bool inspect(Inspector& f, connection_options& x) {
  return f.object(x).fields(f.field("ca_file", x.ca_file),
                            f.field("certificate_file", x.certificate_file),
                            f.field("key_file", x.key_file),
                            f.field("proxy", detail::reading_url(f, x.proxy),
                                    detail::writing_url(x.proxy)),
                            f.field("environment_proxy", x.environment_proxy),
                            f.field("allow_plain_http", x.allow_plain_http));
}

/// A request to a server. Human-readable forms show neither body nor values of
/// header fields, nor the URL's query.
struct request {
  http::method method = http::method::get;

  /// Where to; `https:`, or `http:` as `connection_options` allow.
  std::string url = {};

  std::vector<field> fields = {};

  /// What is posted; a form, unless a field `Content-Type` says otherwise.
  secret body = {};

  connection_options connection = {};

  /// The time for all of it, redirects included.
  caf::timespan timeout = std::chrono::seconds{30};

  /// The longest body of the answer after decompression, in bytes.
  std::size_t max_body = std::size_t{1024} * 1024;

  /// Whether it is to bring a token. Of the requests to one server a limited
  /// number run at a time, and the others wait in line; these have a line of
  /// their own, lest slow ones keep out the token for those that follow.
  bool for_token = false;
};

/// @relates request
template <class Inspector>
bool inspect(Inspector& f, request& x) {
  return f.object(x).fields(
    f.field("method", x.method),
    f.field("url", detail::reading_url(f, x.url), detail::writing_url(x.url)),
    f.field("fields", x.fields), f.field("body", x.body),
    f.field("connection", x.connection), f.field("timeout", x.timeout),
    f.field("max_body", x.max_body), f.field("for_token", x.for_token));
}

/// A request for what is at `url`.
/// @relates request
request get(std::string url);

/// A request that posts `body` to `url`. For a body other than a form pass its
/// type, such as `application/json`.
/// @relates request
request post(std::string url, secret body, std::string_view content_type = {});

} // namespace bearer::http

template <>
struct bearer::detail::enum_names<bearer::http::method> {
  static constexpr auto values
    = std::to_array<std::string_view>({"get", "post"});
};
