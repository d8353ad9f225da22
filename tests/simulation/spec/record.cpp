#include "simulation/spec/record.hpp"

#include <algorithm>

namespace bearer::sim::spec {

namespace {

/// Files one observation.
struct filing {
  record& to;
  point here;

  void operator()(const seen::calm&) {
    // Begins a new epoch, below.
  }

  void operator()(const seen::clocks_moved&) {
    // The moments of all observations tell.
  }

  void operator()(const seen::source_called& x) {
    to.calls.push_back({x.what, here, {}, {}});
  }

  void operator()(const seen::source_answered& x) {
    auto& call = to.calls.at(x.call);
    call.answered = here;
    call.answer = x.what;
  }

  void operator()(const seen::source_killed&) {
    if (!to.source_killed)
      to.source_killed = here;
  }

  void operator()(const seen::fetch_sent& x) {
    auto& fetch = to.fetches[x.caller];
    fetch.what = x.what;
    fetch.via = x.via;
    fetch.receiver = x.receiver;
    fetch.sent = here;
    fetch.killed = to.killed.count(x.caller) > 0;
    for (const auto& [whose, reader] : to.readers)
      fetch.read = std::max(fetch.read, reader.last.count);
  }

  void operator()(const seen::fetch_answered& x) {
    auto& fetch = to.fetches.at(x.caller);
    fetch.answered = here;
    fetch.answer = x.what;
    fetch.settled = true;
    ++fetch.answers;
  }

  void operator()(const seen::caller_killed& x) {
    // One that was killed before it ran may have sent its fetch all the same.
    to.killed.insert(x.caller);
    if (auto found = to.fetches.find(x.caller); found != to.fetches.end())
      found->second.killed = true;
  }

  void operator()(const seen::rejected& x) {
    to.rejections.push_back({x.what, here, x.at_once});
  }

  void operator()(const seen::retry_asked&) {
    to.retry_asked = here;
  }

  void operator()(const seen::retry_answered&) {
    // Judged where it stands.
  }

  void operator()(const seen::renewal_requested&) {
    to.renewal_requested = here;
  }

  void operator()(const seen::prefetched&) {
    to.prefetched = here;
  }

  void operator()(const seen::was_read& x) {
    if (!x.what)
      return;
    auto& reader = to.readers[x.whose];
    if (x.what->generation != reader.last)
      reader.past = reader.all;
    ++reader.all;
    reader.last = x.what->generation;
  }

  void operator()(const seen::reject_answered&) {
    // Judged where it stands.
  }

  void operator()(const seen::status_asked&) {
    // Judged where it stands.
  }

  void operator()(const seen::status_answered&) {
    // Judged where it stands.
  }

  void operator()(const seen::subscribed& x) {
    to.listeners[x.listener].subscribed = here;
  }

  void operator()(const seen::unsubscribed& x) {
    auto& listener = to.listeners[x.listener];
    if (!listener.unsubscribed)
      listener.unsubscribed = here;
  }

  void operator()(const seen::told& x) {
    to.listeners[x.listener].told.push_back(x.what);
  }

  void operator()(const seen::stopped&) {
    if (!to.stopped)
      to.stopped = here;
  }

  void operator()(const seen::closed& x) {
    ++to.close_calls;
    if (to.closed)
      return;
    to.closed = here;
    to.grace = x.grace;
  }

  void operator()(const seen::close_answered&) {
    ++to.close_answers;
  }

  void operator()(const seen::source_closed& x) {
    ++to.source_closings;
    to.source_closed = here;
    to.left = x.left;
  }

  void operator()(const seen::abandoned&) {
    if (!to.abandoned)
      to.abandoned = here;
  }
};

} // namespace

void record::add(const observation& x) {
  recent.push_back(x);
  std::visit(filing{*this, {x.at, epoch, recent.size()}}, x.what);
}

bool record::stalled() const {
  return std::any_of(recent.begin(), recent.end(), [](const observation& x) {
    const auto* moved = std::get_if<seen::clocks_moved>(&x.what);
    return moved && moved->stalled;
  });
}

void record::turn_page(const moment& now) {
  calm_at = now;
  ++epoch;
  recent.clear();
}

} // namespace bearer::sim::spec
