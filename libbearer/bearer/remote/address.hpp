#pragma once

#include <caf/expected.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bearer::remote {

/// Where a bearer is published: a name or an IP address, and a TCP port.
struct address {
  std::string host = {};
  std::uint16_t port = 0;

  friend bool operator==(const address&, const address&) = default;
};

/// Renders `host:port`, an IPv6 address in brackets.
/// @relates address
std::string to_string(const address& x);

/// Parses `host:port`; an IPv6 address stands in brackets (RFC 3986, section
/// 3.2.2). The port is from 1 to 65535.
/// @returns the address, or `errc::invalid_option` that quotes `text`.
/// @relates address
caf::expected<address> parse_address(std::string_view text);

/// Parses addresses that commas separate, at least one.
/// @returns the addresses, or `errc::invalid_option` that quotes the culprit.
/// @relates address
caf::expected<std::vector<address>> parse_addresses(std::string_view text);

/// Whether `host` can only be this machine: `localhost`, or an IP address of
/// its loopback network (RFC 1122, section 3.2.1.3; RFC 4291, section 2.5.3).
bool is_loopback(std::string_view host);

} // namespace bearer::remote
