#include <bearer/detail/saturating.hpp>
#include <bearer/error.hpp>
#include <bearer/remote/detail/conversation.hpp>
#include <bearer/remote/detail/error_text.hpp>

#include <algorithm>
#include <utility>

namespace bearer::remote::detail {

question conversation::begin() {
  if (wants_newer())
    return ask(topic::newer, attempt_.previous.generation,
               attempt_.reason == attempt_reason::rejected);
  return ask(topic::any, {}, false);
}

conversation::step conversation::go_on(const answer& what,
                                       caf::timestamp asked) {
  const auto& found = what.granted;
  if (!found.access_token.empty()) {
    if (wants_another_than(found.access_token))
      return ask(topic::renumbered, found.generation,
                 is_rejected(found.access_token));
    return caf::expected<token>{adopt(what, asked)};
  }
  if (topic_ == topic::newer && what.code == errc::unknown_generation)
    return ask(topic::any, {}, false);
  // No failure: what there is may be good, as with a file that did not change.
  if (topic_ != topic::last && what.code == errc::unchanged)
    return ask(topic::last, {}, false);
  return caf::expected<token>{reason_of(what)};
}

question conversation::ask(topic about, const generation& newer_than,
                           bool rejected) {
  topic_ = about;
  auto result = question{};
  result.newer_than = newer_than;
  result.rejected = rejected;
  return result;
}

bool conversation::wants_another_than(const secret& what) const noexcept {
  if (topic_ == topic::renumbered || topic_ == topic::last)
    return false;
  const auto same = topic_ == topic::any && wants_newer()
                    && what == attempt_.previous.access_token;
  return same || is_rejected(what);
}

bool conversation::is_rejected(const secret& what) const noexcept {
  return what == attempt_.rejected;
}

bool conversation::wants_newer() const noexcept {
  return attempt_.previous.generation.count > 0
         && (attempt_.reason == attempt_reason::rejected
             || attempt_.reason == attempt_reason::requested);
}

token adopt(const answer& what, caf::timestamp asked) {
  auto result = what.granted;
  result.refresh_after = std::nullopt;
  result.expires_at = what.usable_until;
  if (what.usable_for) {
    const auto end = bearer::detail::saturating_add(asked, *what.usable_for);
    result.expires_at = std::min(result.expires_at.value_or(end), end);
  }
  return result;
}

} // namespace bearer::remote::detail
