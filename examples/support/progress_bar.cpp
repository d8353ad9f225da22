#include "progress_bar.hpp"

#include "text.hpp"

#include <algorithm>
#include <cstdio>
#include <string>
#include <variant>

#include <unistd.h>

namespace example {

namespace {

constexpr auto width = std::size_t{40};

} // namespace

progress_bar::progress_bar(caf::timestamp start, caf::timespan total)
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
  const auto passed = caf::make_timestamp() - start_;
  hide();
  std::printf("%s  %s%s", seconds_text(passed).c_str(), bar(passed).c_str(),
              current_
                ? ("generation " + std::to_string(current_->count)).c_str()
                : "no token");
  std::fflush(stdout);
}

std::string progress_bar::bar(caf::timespan passed) const {
  if (total_ == caf::timespan::zero())
    return {};
  const auto part = static_cast<double>(
                      std::clamp(passed, caf::timespan::zero(), total_).count())
                    / static_cast<double>(total_.count());
  const auto done = static_cast<std::size_t>(part * static_cast<double>(width));
  return '[' + std::string(done, '#') + std::string(width - done, '.') + "]  ";
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

} // namespace example
