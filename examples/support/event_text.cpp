#include "event_text.hpp"

#include <caf/timespan.hpp>

#include "text.hpp"

#include <cstdint>
#include <optional>
#include <variant>

namespace example {

namespace {

using namespace bearer::events;

std::string generation_name(const bearer::generation& what) {
  return "generation " + std::to_string(what.count);
}

std::string attempt_name(std::uint64_t number) {
  return "attempt " + std::to_string(number);
}

std::string next_attempt(const std::optional<caf::timespan>& in) {
  return in ? ", next in " + duration_text(*in) : ", no next one";
}

/// The subject of a line and what happened to it.
std::string line(std::string subject, const std::string& text) {
  constexpr auto width = std::size_t{15};
  subject.resize(std::max(width, subject.size()), ' ');
  return subject + text;
}

struct renderer {
  std::string operator()(const bearer::status& x) const {
    return line("bearer", to_string(x.state) + ", " + number_text(x.waiters)
                            + " waiting");
  }

  std::string operator()(const attempt_started& x) const {
    return line(attempt_name(x.number), "started, " + to_string(x.reason) + ", "
                                          + number_text(x.waiters)
                                          + " waiting");
  }

  std::string operator()(const attempt_ended& x) const {
    auto text = to_string(x.how) + next_attempt(x.next_attempt_in);
    if (x.error)
      text += std::string{x.permanent ? ", permanent" : ""} + ": "
              + to_string(x.error);
    return line(attempt_name(x.number), text);
  }

  std::string operator()(const published& x) const {
    return line(generation_name(x.generation),
                x.lifetime
                  ? "published, expires in " + duration_text(*x.lifetime)
                  : "published, never expires");
  }

  std::string operator()(const rejected& x) const {
    return line(generation_name(x.generation), "rejected, a server refused it");
  }

  std::string operator()(const suppressed& x) const {
    return line("suppressed",
                number_text(x.stale_rejections) + " stale rejections, "
                  + number_text(x.coalesced) + " coalesced, "
                  + number_text(x.rate_limited) + " rate limited");
  }

  std::string operator()(const withdrawn& x) const {
    return line(generation_name(x.generation),
                "withdrawn, its usable time is over");
  }

  std::string operator()(const stopped&) const {
    return line("bearer", "stopped");
  }
};

} // namespace

std::string line_text(caf::timespan passed, const std::string& subject,
                      const std::string& text) {
  return seconds_text(passed) + "  " + line(subject, text);
}

std::string event_text(const bearer::event& what, caf::timestamp start) {
  return seconds_text(what.at - start) + "  "
         + std::visit(renderer{}, what.what);
}

} // namespace example
