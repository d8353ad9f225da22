#include "audit.hpp"

#include <bearer/status.hpp>

#include <string_view>

namespace stress {

namespace {

/// Collects what does not agree.
class comparison {
public:
  void equal(std::string_view what, std::uint64_t ours, std::uint64_t theirs) {
    between(what, ours, ours, theirs);
  }

  void between(std::string_view what, std::uint64_t least, std::uint64_t most,
               std::uint64_t theirs) {
    if (theirs >= least && theirs <= most)
      return;
    text_ += text_.empty() ? "" : "; ";
    text_ += std::string{what} + ": users counted " + std::to_string(least);
    if (most != least)
      text_ += " to " + std::to_string(most);
    text_ += ", the bearer " + std::to_string(theirs);
  }

  const std::string& text() const noexcept {
    return text_;
  }

private:
  std::string text_;
};

} // namespace

std::string audit(const life& of) {
  const auto& ours = of.seen;
  const auto status = of.bearer.status();
  const auto& theirs = status.fetches;
  // Those of the dead have an answer each, though nobody knows which.
  const auto dead = ours.unheard.load();
  auto result = comparison{};
  result.equal("fetches", ours.sent, theirs.total() + status.waiters);
  result.equal("fetches and answers", ours.sent,
               ours.tokens + ours.failed + ours.timed_out + ours.stopped
                 + dead);
  result.between("tokens", ours.tokens, ours.tokens + dead,
                 theirs.hits + theirs.renewed);
  result.between("failed", ours.failed, ours.failed + dead, theirs.failed);
  result.between("timed out", ours.timed_out, ours.timed_out + dead,
                 theirs.timed_out);
  result.between("stopped", ours.stopped, ours.stopped + dead, theirs.stopped);
  result.equal("fast reads", ours.fast_reads, theirs.fast_reads);
  return result.text();
}

} // namespace stress
