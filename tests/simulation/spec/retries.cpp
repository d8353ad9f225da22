#include "simulation/spec/rules.hpp"

namespace bearer::sim::spec {

namespace {

/// What its callers were given it must know, or could not reject.
void check_latest(const situation& is, const seen::retry_answered& x,
                  faults& out) {
  for (const auto& [id, one] : is.all.fetches)
    if (one.receiver == x.receiver && one.answered && *one.answer
        && one.answered->epoch < is.all.epoch)
      out.require(x.latest.count >= (*one.answer)->generation.count, "I4",
                  "a receiver does not know the token that it gave");
}

/// Judges an answer of a standing receiver; what it was asked about is always
/// worth another fetch.
void check_one(const situation& is, const seen::retry_answered& x,
               faults& out) {
  // Of those that were sent now, some may come after the question.
  auto before = std::uint64_t{0};
  auto now = std::uint64_t{0};
  for (const auto& [id, one] : is.all.fetches)
    if (one.receiver == x.receiver)
      ++(one.sent.epoch < is.all.epoch ? before : now);
  const auto allowed = x.max_retries.value_or(is.settings.max_retries);
  out.require(!x.yes || before < allowed, "I17",
              "a receiver allows more fetches than max_retries");
  out.require(x.yes || before + now >= allowed, "I17",
              "a receiver allows fewer fetches than max_retries");
  check_latest(is, x, out);
}

} // namespace

void check_retries(const situation& is, faults& out) {
  for (const auto& x : is.all.recent)
    if (const auto* answer = std::get_if<seen::retry_answered>(&x.what))
      check_one(is, *answer, out);
}

} // namespace bearer::sim::spec
