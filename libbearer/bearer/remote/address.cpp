#include <bearer/error.hpp>
#include <bearer/remote/address.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace bearer::remote {

namespace {

caf::error complain(std::string_view text, std::string_view about) {
  return caf::make_error(errc::invalid_option, "address '" + std::string{text}
                                                 + "': " + std::string{about});
}

bool parse_port(std::string_view text, std::uint16_t& out) {
  const auto* end = text.data() + text.size();
  const auto [stop, err] = std::from_chars(text.data(), end, out);
  return err == std::errc{} && stop == end && out > 0;
}

/// Splits off the host; false if it and a port are not both there.
bool split(std::string_view text, std::string_view& host,
           std::string_view& port) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return false;
  host = text.substr(0, colon);
  port = text.substr(colon + 1);
  if (!host.empty() && host.front() == '[') {
    if (host.back() != ']')
      return false;
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return false;
  }
  return !host.empty();
}

bool has_odd_character(std::string_view host) {
  return std::any_of(host.begin(), host.end(),
                     [](char c) { return c <= ' ' || c > '~'; });
}

} // namespace

std::string to_string(const address& x) {
  const auto v6 = x.host.find(':') != std::string::npos;
  return (v6 ? '[' + x.host + ']' : x.host) + ':' + std::to_string(x.port);
}

caf::expected<address> parse_address(std::string_view text) {
  auto host = std::string_view{};
  auto port = std::string_view{};
  if (!split(text, host, port))
    return complain(text, "must be host:port, IPv6 addresses in brackets");
  auto result = address{std::string{host}, 0};
  if (!parse_port(port, result.port))
    return complain(text, "the port must be a number from 1 to 65535");
  if (has_odd_character(host))
    return complain(text, "no host has such a name");
  return result;
}

caf::expected<std::vector<address>> parse_addresses(std::string_view text) {
  auto result = std::vector<address>{};
  for (;;) {
    const auto comma = text.find(',');
    auto next = parse_address(text.substr(0, comma));
    if (!next)
      return std::move(next.error());
    result.push_back(std::move(*next));
    if (comma == std::string_view::npos)
      return result;
    text.remove_prefix(comma + 1);
  }
}

bool is_loopback(std::string_view host) {
  const auto text = std::string{host};
  auto v4 = in_addr{};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1)
    return (ntohl(v4.s_addr) >> 24U) == 127;
  auto v6 = in6_addr{};
  if (inet_pton(AF_INET6, text.c_str(), &v6) == 1)
    return IN6_IS_ADDR_LOOPBACK(&v6);
  return host == "localhost";
}

} // namespace bearer::remote
