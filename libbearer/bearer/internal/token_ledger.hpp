#pragma once

#include <bearer/generation.hpp>
#include <bearer/internal/time_reading.hpp>
#include <bearer/renewal_settings.hpp>
#include <bearer/secret.hpp>
#include <bearer/token.hpp>

#include <caf/error.hpp>
#include <caf/timestamp.hpp>

#include <cstdint>
#include <optional>

namespace bearer::internal {

/// The tokens of one bearer: numbers them, and knows which may be handed out
/// and which of a source's tokens are of use.
class token_ledger {
public:
  /// @param id the bearer's identity, which its generations carry.
  explicit token_ledger(std::uint64_t id) : id_(id) {
    // nop
  }

  // -- observers --------------------------------------------------------------

  /// The generation published last, also if it has ended; count 0 before that.
  generation newest() const noexcept {
    return {id_, count_};
  }

  /// The published token, empty if it has ended.
  const token& current() const noexcept;

  /// The newest token as its source gave it, also if it has ended.
  token given() const;

  /// The number that its source gave it.
  const generation& given_number() const noexcept {
    return given_number_;
  }

  /// The end of the newest token on the wall clock.
  caf::timestamp usable_until() const noexcept {
    return usable_until_;
  }

  /// The end of the current token on the steady clock; none without a token or
  /// without an end.
  std::optional<steady_time> steady_end() const noexcept;

  /// Whether there is a token and neither clock says that it has ended.
  bool usable(time_reading now) const noexcept;

  /// Whether the token is usable, not rejected, and newer than this count.
  bool fresh(std::uint64_t newer_than, time_reading now) const noexcept;

  /// Whether the newest generation was rejected.
  bool rejected() const noexcept {
    return count_ > 0 && floor_ >= count_;
  }

  /// The secret that was rejected last; empty if none was.
  const secret& refused() const noexcept {
    return rejected_secret_;
  }

  /// Whether `tok` brings the newest secret again, which was not rejected.
  bool is_newest_secret(const token& tok) const noexcept;

  /// Why `tok` cannot be handed out, if so.
  caf::error find_fault(const token& tok, time_reading now) const;

  // -- modifiers --------------------------------------------------------------

  /// Makes `tok`, which is without fault, the current token: under a new
  /// generation, unless it brings the newest secret again.
  void accept(const renewal_settings& settings, const token& tok,
              time_reading now);

  /// Notes that generation `count`, at most the newest one, was rejected.
  /// @returns whether that ended the newest generation.
  bool reject(std::uint64_t count);

  /// Ends the current token if its time has come.
  /// @returns whether it did.
  bool expire(time_reading now);

  /// Forgets all secrets.
  void clear();

private:
  std::uint64_t id_;

  /// The count published last, and the highest rejected one.
  std::uint64_t count_ = 0;
  std::uint64_t floor_ = 0;

  /// The newest token as it was published, also if it has ended.
  token newest_;
  generation given_number_;
  bool ended_ = true;

  secret rejected_secret_;

  caf::timestamp usable_until_;
  steady_time usable_until_steady_ = steady_time::max();
};

} // namespace bearer::internal
