#pragma once

#include <bearer/renewal_settings.hpp>
#include <bearer/token.hpp>

#include <caf/timespan.hpp>
#include <caf/timestamp.hpp>

#include <optional>
#include <string_view>

namespace bearer {

/// The end of usability of a token that never expires.
constexpr caf::timestamp never = caf::timestamp::max();

/// The lifetime a token has left at `now`; none if it does not expire, not
/// above zero if it has expired.
std::optional<caf::timespan> lifetime_left(const token& tok,
                                           caf::timestamp now) noexcept;

/// The wall time from which on a token obtained at `now` must not be handed
/// out: its expiry less the margin, which is the smaller of `expiry_margin` and
/// half of what is left behind the safe fraction. `never` without an expiry.
caf::timestamp usable_until(const renewal_settings& settings, const token& tok,
                            caf::timestamp now) noexcept;

/// How long after `now` a token obtained at `now` wants to be refreshed: at the
/// safe fraction of its lifetime or at its own `refresh_after`, whichever is
/// earlier. Never negative; none if neither is there.
std::optional<caf::timespan> refresh_delay(const renewal_settings& settings,
                                           const token& tok,
                                           caf::timestamp now) noexcept;

/// Whether all characters can stand in an `Authorization` header as one word:
/// visible ASCII. That is what RFC 6750 (section 2.1, `b64token`) allows and,
/// for the sake of servers in the wild, the rest of the visible characters.
/// Says nothing against an empty text.
bool is_well_formed(std::string_view access_token) noexcept;

} // namespace bearer
