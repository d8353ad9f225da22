#include "simulation/spec/arithmetic.hpp"
#include "simulation/spec/rules.hpp"

#include <algorithm>
#include <cstddef>

namespace bearer::sim::spec {

namespace {

/// The highest count that nobody may read any more.
std::uint64_t floor_at(const situation& is, const point& here) {
  auto result = std::uint64_t{0};
  for (const auto& one : is.all.rejections) {
    const auto* what = is.line.find(one.what.count);
    if (!what || one.what != what->name || what->epoch >= one.at.epoch)
      continue;
    if (before(one.at, here))
      result = std::max(result, one.what.count);
  }
  return result;
}

std::uint64_t newest_given(const situation& is, const point& here) {
  auto result = std::uint64_t{0};
  for (const auto& [id, x] : is.all.fetches)
    if (x.answered && *x.answer && before(*x.answered, here))
      result = std::max(result, (*x.answer)->generation.count);
  return result;
}

void check_found(const situation& is, const token& found, const point& here,
                 faults& out) {
  const auto count = found.generation.count;
  const auto* known = is.line.find(count);
  if (!known || known->name != found.generation
      || known->given.access_token != found.access_token) {
    out.add("I21", "a token was read that was not published");
    return;
  }
  const auto margin = slop(known->latest_end - known->at.wall);
  out.require(here.at.wall < later(known->latest_end, margin), "I21",
              "a token was read after its end");
  out.require(is.all.calm_at.steady < later(known->usable_until_steady, margin),
              "I21", "a token was read after its end on the steady clock");
  out.require(count > floor_at(is, here), "I21", "a rejected token was read");
  out.require(count >= newest_given(is, here), "I21",
              "an older token was read than somebody had before");
  out.require(!is.all.stopped || before(here, *is.all.stopped), "I21",
              "a token was read after the end");
}

/// Whether the token that was there has been withdrawn since the last calm.
bool was_withdrawn(const situation& is) {
  return std::any_of(
    is.all.recent.begin(), is.all.recent.end(), [&](const observation& x) {
      const auto* told = std::get_if<seen::told>(&x.what);
      if (!told)
        return false;
      const auto* end = std::get_if<events::withdrawn>(&told->what.what);
      return end && end->generation == is.had->name;
    });
}

/// Whether the token must last, and must have since the last calm if it was
/// withdrawn: that is for good, although the wall clock may go back.
bool lasts_until(const situation& is, const point& here) {
  if (!is.had->must_last(here.at))
    return false;
  const auto first = is.all.recent.begin();
  const auto end = first + static_cast<std::ptrdiff_t>(here.position) + 1;
  return !was_withdrawn(is)
         || std::all_of(first, end, [&](const observation& x) {
              return is.had->must_last(x.at);
            });
}

/// Whether nothing since the last calm can have hidden the token.
bool must_find(const situation& is, const point& here) {
  return is.had && !is.held_before && !is.all.ending()
         && is_quiet(is.all, here.position) && lasts_until(is, here);
}

void check_read(const situation& is, const seen::was_read& x, const point& here,
                faults& out) {
  if (x.what)
    check_found(is, *x.what, here, out);
  if (must_find(is, here)) {
    out.require(x.what && x.what->generation == is.had->name, "I21",
                "a fresh token was not read");
    out.require(!x.renewal_required, "I21",
                "a renewal is said to be required for no reason");
  }
  if (is.held_throughout())
    out.require(!x.what && x.renewal_required, "I21",
                "a renewal was requested, and its want is not seen");
  const auto over = is.all.stopped && before(*is.all.stopped, here);
  out.require(!x.what || !x.renewal_required, "I21",
              "a renewal is required although there is a token");
  out.require(!over || !x.renewal_required, "I14",
              "a renewal is said to be required after the end");
}

} // namespace

void check_reads(const situation& is, faults& out) {
  for (std::size_t i = 0; i < is.all.recent.size(); ++i) {
    const auto& x = is.all.recent[i];
    if (const auto* read = std::get_if<seen::was_read>(&x.what))
      check_read(is, *read, {x.at, is.all.epoch, i}, out);
  }
}

} // namespace bearer::sim::spec
