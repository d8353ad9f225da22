#include <bearer/error.hpp>
#include <bearer/remote/detail/error_text.hpp>
#include <bearer/remote/detail/owner_list.hpp>

#include <array>
#include <chrono>
#include <ctime>
#include <utility>

namespace bearer::remote::detail {

namespace {

/// As RFC 3339 has it, to the second.
std::string to_text(caf::timestamp when) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(when);
  const auto time
    = static_cast<std::time_t>(seconds.time_since_epoch().count());
  auto parts = std::tm{};
  auto text = std::array<char, 64>{};
  if (::gmtime_r(&time, &parts) == nullptr)
    return "an unknown time";
  const auto size = std::strftime(text.data(), text.size(),
                                  "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), size};
}

} // namespace

owner_list::owner_list(const std::vector<address>& owners) {
  for (const auto& where : owners)
    entries_.push_back({where, {}});
}

void owner_list::asked(caf::timestamp now) {
  if (!since_)
    since_ = now;
  // Why that failed before says more.
  auto& why = entries_[current_].why;
  if (why.empty())
    why = "no answer yet";
}

void owner_list::note(const caf::error& why, caf::timestamp now) {
  if (!since_)
    since_ = now;
  entries_[current_].why = text_of(why);
}

void owner_list::answered() {
  since_.reset();
  for (auto& x : entries_)
    x.why.clear();
  besides_.clear();
}

void owner_list::add(std::string besides) {
  besides_ = std::move(besides);
}

caf::error owner_list::error() const {
  auto text = std::string{};
  for (const auto& x : entries_) {
    const auto where = to_string(x.where);
    text += text.empty() ? "" : ", ";
    // Errors of connections name the address themselves.
    if (x.why.rfind(where, 0) == 0)
      text += x.why;
    else
      text += x.why.empty() ? where : where + ": " + x.why;
  }
  if (since_)
    text += "; since " + to_text(*since_);
  if (!besides_.empty())
    text += "; " + besides_;
  return caf::make_error(errc::owner_unreachable, text);
}

} // namespace bearer::remote::detail
