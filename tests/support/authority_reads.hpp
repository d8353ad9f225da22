#pragma once

namespace bearer::test {

/// How often libcurl has had OpenSSL read a file of authorities, in this
/// program, which gets between the two.
int authority_reads() noexcept;

} // namespace bearer::test
