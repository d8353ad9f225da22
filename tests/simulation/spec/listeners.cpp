#include "simulation/spec/rules.hpp"

#include <algorithm>

namespace bearer::sim::spec {

namespace {

/// Tells events apart as far as their order is concerned.
bool same(const event& lhs, const event& rhs) {
  return lhs.at == rhs.at && lhs.what.index() == rhs.what.index();
}

bool is_the_end(const event& x) {
  return std::holds_alternative<events::stopped>(x.what);
}

/// Whether `told` without its greeting stands in the first listener's events,
/// in one piece.
bool is_piece(const std::vector<event>& told, const std::vector<event>& all) {
  return std::search(all.begin(), all.end(), told.begin() + 1, told.end(), same)
           != all.end()
         || told.size() == 1;
}

bool is_tail(const std::vector<event>& told, const std::vector<event>& all) {
  const auto count = static_cast<std::ptrdiff_t>(told.size()) - 1;
  return count < static_cast<std::ptrdiff_t>(all.size())
         && std::equal(told.begin() + 1, told.end(), all.end() - count, same);
}

void check_one(const situation& is, const listener& x,
               const std::vector<event>& first, faults& out) {
  if (x.told.empty()) {
    // Who was killed or went away at once may hear nothing.
    out.require(x.unsubscribed.has_value(), "I20",
                "a listener was not told the present state");
    return;
  }
  if (is_the_end(x.told.front())) {
    out.require(x.told.size() == 1 && is.all.ending(), "I20",
                "an end was announced, and not the last thing");
    return;
  }
  out.require(std::holds_alternative<status>(x.told.front().what), "I20",
              "a listener was not told the present state first");
  if (x.unsubscribed)
    out.require(is_piece(x.told, first), "I20",
                "a listener missed events, or heard them in another order");
  else
    out.require(is_tail(x.told, first), "I20",
                "a listener does not hear what others hear");
}

bool heard_now(const record& all, std::size_t id) {
  return std::any_of(all.recent.begin(), all.recent.end(), [&](const auto& x) {
    const auto* told = std::get_if<seen::told>(&x.what);
    const auto* subscribed = std::get_if<seen::subscribed>(&x.what);
    return (told && (told->listener == id || told->listener == 0))
           || (subscribed && subscribed->listener == id);
  });
}

} // namespace

void check_listeners(const situation& is, faults& out) {
  const auto& first = is.all.listeners.at(0).told;
  for (const auto& [id, x] : is.all.listeners) {
    if (!heard_now(is.all, id))
      continue;
    if (id > 0)
      check_one(is, x, first, out);
    const auto late = x.unsubscribed && x.unsubscribed->epoch < is.all.epoch;
    out.require(!late
                  || std::none_of(is.all.recent.begin(), is.all.recent.end(),
                                  [id = id](const auto& seen_now) {
                                    const auto* told
                                      = std::get_if<seen::told>(&seen_now.what);
                                    return told && told->listener == id;
                                  }),
                "I20", "a listener hears events after it went away");
  }
}

} // namespace bearer::sim::spec
