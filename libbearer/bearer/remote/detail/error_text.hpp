#pragma once

#include <bearer/error.hpp>
#include <bearer/remote/protocol.hpp>

#include <caf/error.hpp>

#include <string>

/// How errors travel between nodes.
namespace bearer::remote::detail {

/// The code of an error of this library, `errc::source_failed` for others.
errc code_of(const caf::error& why);

/// What people should know of an error, without its code if that is one of this
/// library's; cut to a readable length.
std::string text_of(const caf::error& why);

/// An answer that says that there is no token, and why.
answer decline(const caf::error& why);

/// What an attempt of a replica fails with, if its owner has declined.
caf::error reason_of(const answer& declined);

} // namespace bearer::remote::detail
