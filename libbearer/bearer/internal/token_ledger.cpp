#include <bearer/detail/saturating.hpp>
#include <bearer/error.hpp>
#include <bearer/freshness.hpp>
#include <bearer/internal/token_ledger.hpp>

#include <algorithm>

namespace bearer::internal {

const token& token_ledger::current() const noexcept {
  static const auto none = token{};
  return ended_ ? none : newest_;
}

token token_ledger::given() const {
  auto result = newest_;
  result.generation = given_number_;
  return result;
}

std::optional<steady_time> token_ledger::steady_end() const noexcept {
  if (ended_ || usable_until_steady_ == steady_time::max())
    return std::nullopt;
  return usable_until_steady_;
}

bool token_ledger::usable(time_reading now) const noexcept {
  return !ended_ && now.wall < usable_until_
         && now.steady < usable_until_steady_;
}

bool token_ledger::fresh(std::uint64_t newer_than,
                         time_reading now) const noexcept {
  return usable(now) && count_ > std::max(newer_than, floor_);
}

bool token_ledger::is_newest_secret(const token& tok) const noexcept {
  return count_ > 0 && !rejected() && tok.access_token == newest_.access_token;
}

caf::error token_ledger::find_fault(const token& tok, time_reading now) const {
  const auto& text = tok.access_token;
  if (text.empty())
    return caf::make_error(errc::empty_token);
  if (!is_well_formed(text.view()))
    return caf::make_error(errc::malformed_token);
  if (auto left = lifetime_left(tok, now.wall); left && left->count() <= 0)
    return caf::make_error(errc::expired_token);
  if (text == rejected_secret_)
    return caf::make_error(errc::rejected_token);
  // The end of a token that came before stays what it was, although a token
  // that came now with as little time left would get a smaller margin.
  const auto ended = now.wall >= usable_until_
                     || now.steady >= usable_until_steady_;
  if (ended && is_newest_secret(tok) && tok.expires_at == newest_.expires_at)
    return caf::make_error(errc::expired_token);
  return {};
}

void token_ledger::accept(const renewal_settings& settings, const token& tok,
                          time_reading now) {
  const auto same = is_newest_secret(tok);
  if (!same)
    ++count_;
  if (!same || tok.expires_at != newest_.expires_at) {
    usable_until_ = bearer::usable_until(settings, tok, now.wall);
    const auto left = detail::saturating_distance(now.wall, usable_until_);
    usable_until_steady_ = usable_until_ == never
                             ? steady_time::max()
                             : detail::saturating_add(now.steady, left);
  }
  newest_ = tok;
  newest_.generation = newest();
  given_number_ = tok.generation;
  ended_ = false;
}

bool token_ledger::reject(std::uint64_t count) {
  if (count < count_ || rejected()) {
    floor_ = std::max(floor_, count);
    return false;
  }
  floor_ = count;
  rejected_secret_ = newest_.access_token;
  ended_ = true;
  return true;
}

bool token_ledger::expire(time_reading now) {
  if (ended_ || usable(now))
    return false;
  ended_ = true;
  return true;
}

void token_ledger::clear() {
  newest_ = token{};
  given_number_ = generation{};
  ended_ = true;
  rejected_secret_ = secret{};
}

} // namespace bearer::internal
