#pragma once

#include "support/oauth/manner.hpp"

#include <string_view>

namespace bearer::test {

/// How access tokens begin that no resource takes, although they were issued.
constexpr auto useless_prefix = std::string_view{"revoked-"};

namespace manners {

/// As a rule properly, but so many of a hundred requests for tokens go wrong,
/// each in one of the ways in which servers fail: they break connections, hang,
/// dawdle, refuse for now or for good, and send nonsense, or tokens that have
/// expired or begin with `useless_prefix`. None loses a token that was issued.
/// Always does the same in the same order.
manner fickle(unsigned percent);

} // namespace manners

} // namespace bearer::test
