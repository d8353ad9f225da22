#include "timeline.hpp"

#include <bearer/detail/caf_compat.hpp>
#include <bearer/event.hpp>

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

#include "event_text.hpp"
#include "progress_bar.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <utility>
#include <variant>

namespace example {

namespace {

/// How often the progress bar moves.
constexpr auto tick_period = std::chrono::milliseconds{100};

/// Counts events.
class counter {
public:
  void count(const bearer::event& what) {
    using namespace bearer::events;
    if (std::holds_alternative<attempt_started>(what.what)) {
      ++counts_.attempts;
      started_ = what.at;
    }
    if (std::holds_alternative<published>(what.what))
      ++counts_.published;
    if (std::holds_alternative<rejected>(what.what))
      ++counts_.rejected;
    if (const auto* end = std::get_if<attempt_ended>(&what.what))
      count_end(end->how, what.at - started_);
  }

  const timeline_counts& counts() const noexcept {
    return counts_;
  }

private:
  void count_end(bearer::events::outcome how, caf::timespan took) {
    using bearer::events::outcome;
    if (how == outcome::failed || how == outcome::given_up)
      ++counts_.failed_attempts;
    else
      counts_.slowest_success = std::max(counts_.slowest_success, took);
  }

  timeline_counts counts_;
  caf::timestamp started_;
};

class timeline_state {
public:
  static constexpr auto name = "example.timeline";

  timeline_state(caf::event_based_actor* self, caf::timestamp start,
                 caf::timespan total,
                 std::shared_ptr<std::promise<timeline_counts>> result)
    : self_(self),
      start_(start),
      bar_(start, total),
      result_(std::move(result)) {
    // nop
  }

  caf::behavior make_behavior() {
    if (bar_.visible())
      tick();
    return {
      [this](const bearer::event& what) { show(what); },
      [this](const std::string& line) { print(line); },
    };
  }

private:
  void show(const bearer::event& what) {
    counter_.count(what);
    bar_.note(what);
    print(event_text(what, start_));
    if (std::holds_alternative<bearer::events::stopped>(what.what)) {
      bar_.hide();
      std::fflush(stdout);
      result_->set_value(counter_.counts());
      self_->quit();
    }
  }

  void print(const std::string& line) {
    bar_.hide();
    std::puts(line.c_str());
    bar_.draw();
    // Whoever reads from a pipe wants to see it now, too.
    std::fflush(stdout);
  }

  void tick() {
    bar_.draw();
    self_->run_delayed(tick_period, [this] { tick(); });
  }

  caf::event_based_actor* self_;
  caf::timestamp start_;
  progress_bar bar_;
  counter counter_;
  std::shared_ptr<std::promise<timeline_counts>> result_;
};

} // namespace

timeline spawn_timeline(caf::actor_system& sys, caf::timestamp start,
                        caf::timespan total) {
  auto counts = std::make_shared<std::promise<timeline_counts>>();
  auto result = timeline{start, {}, {}, counts->get_future()};
  // On a thread of its own: a terminal that blocks must not hold up others, and
  // a thousand busy clients must not hold up the display.
  result.display
    = sys.spawn<caf::stateful_actor<timeline_state>, caf::detached>(
      start, total, std::move(counts));
  result.listener = caf::actor_cast<bearer::event_listener>(result.display);
  return result;
}

void note(const timeline& where, const std::string& whose,
          const std::string& text) {
  bearer::detail::anon_mail(
    where.display, line_text(caf::make_timestamp() - where.start, whose, text));
}

std::optional<timeline_counts> finish(timeline& what) {
  if (what.counts.wait_for(std::chrono::seconds{10})
      == std::future_status::ready)
    return what.counts.get();
  caf::anon_send_exit(what.display, caf::exit_reason::kill);
  return std::nullopt;
}

} // namespace example
