#pragma once

#include <bearer/oauth2/options.hpp>
#include <bearer/source/detail/wiped_buffer.hpp>

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <string>

namespace bearer::detail {

/// The key as errors name it.
std::string name_of(const oauth2::signing_key& key);

/// Reads the PEM text of a key, whose file may be named with `~`. Blocks.
/// @returns the text, or `errc::signing_failed` that begins with the key's
///          name.
caf::expected<wiped_buffer> read_key(const oauth2::signing_key& key);

/// Checks that a PEM text is a private key for the algorithm. Never asks
/// anybody for a passphrase.
/// @returns nothing, or `errc::signing_failed` that begins with the key's name.
caf::error check_key(const wiped_buffer& pem, const oauth2::signing_key& key);

} // namespace bearer::detail
