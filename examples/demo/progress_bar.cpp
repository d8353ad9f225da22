#include "progress_bar.hpp"

#include "text.hpp"

#include <algorithm>
#include <cstdio>
#include <string>
#include <variant>

#include <unistd.h>

namespace demo {

namespace {

constexpr auto width = std::size_t{40};

} // namespace

progress_bar::progress_bar(caf::timestamp start, std::chrono::seconds total)
  : start_(start), total_(total), visible_(isatty(STDOUT_FILENO) == 1) {
  // nop
}

void progress_bar::hide() const {
  // To the start of the line; then erase it.
  if (visible_)
    std::fputs("\r\x1b[K", stdout);
}

void progress_bar::draw() const {
  if (!visible_)
    return;
  const auto passed = std::clamp(caf::make_timestamp() - start_,
                                 caf::timespan::zero(), caf::timespan{total_});
  const auto part = static_cast<double>(passed.count())
                    / static_cast<double>(caf::timespan{total_}.count());
  const auto done = static_cast<std::size_t>(part * static_cast<double>(width));
  hide();
  std::printf("%s  [%s%s]  %s", seconds_text(passed).c_str(),
              std::string(done, '#').c_str(),
              std::string(width - done, '.').c_str(),
              current_
                ? ("generation " + std::to_string(current_->count)).c_str()
                : "no token");
  std::fflush(stdout);
}

void progress_bar::note(const bearer::event& what) {
  using namespace bearer::events;
  if (const auto* snapshot = std::get_if<bearer::status>(&what.what))
    current_ = snapshot->current;
  else if (const auto* fresh = std::get_if<published>(&what.what))
    current_ = fresh->generation;
  else if (std::holds_alternative<withdrawn>(what.what)
           || std::holds_alternative<rejected>(what.what))
    current_.reset();
}

} // namespace demo
