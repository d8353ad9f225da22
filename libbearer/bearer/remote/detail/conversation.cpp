#include <bearer/detail/saturating.hpp>
#include <bearer/error.hpp>
#include <bearer/remote/detail/conversation.hpp>
#include <bearer/remote/detail/error_text.hpp>

#include <algorithm>
#include <utility>

namespace bearer::remote::detail {

question conversation::begin() {
  if (wants_newer())
    return ask(topic::newer, attempt_.previous.generation);
  return ask(topic::any, {});
}

conversation::step conversation::go_on(const answer& what,
                                       caf::timestamp asked) {
  const auto& found = what.granted;
  if (!found.access_token.empty()) {
    const auto same = found.access_token == attempt_.previous.access_token;
    if (topic_ == topic::any && wants_newer() && same)
      return ask(topic::renumbered, found.generation);
    return caf::expected<token>{adopt(what, asked)};
  }
  if (topic_ == topic::newer && what.code == errc::unknown_generation)
    return ask(topic::any, {});
  // No failure: what there is may be good, as with a file that did not change.
  if (topic_ != topic::last && what.code == errc::unchanged)
    return ask(topic::last, {});
  return caf::expected<token>{reason_of(what)};
}

question conversation::ask(topic about, const generation& newer_than) {
  topic_ = about;
  auto result = question{};
  result.newer_than = newer_than;
  result.rejected = newer_than.count > 0
                    && attempt_.reason == attempt_reason::rejected;
  return result;
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
