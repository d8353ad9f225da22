#include <bearer/error.hpp>
#include <bearer/remote/detail/error_text.hpp>
#include <bearer/remote/detail/outage.hpp>

#include <algorithm>

namespace bearer::remote::detail {

outage::outage(const std::vector<address>& owners) {
  for (const auto& where : owners)
    owners_.push_back({where, {}});
}

void outage::note(const address& where, const caf::error& why,
                  caf::timestamp now) {
  if (!since_)
    since_ = now;
  const auto i = std::find_if(owners_.begin(), owners_.end(),
                              [&](const entry& x) { return x.where == where; });
  if (i != owners_.end())
    i->why = text_of(why);
}

void outage::end() {
  since_.reset();
  for (auto& x : owners_)
    x.why.clear();
}

caf::error outage::error(std::string_view besides) const {
  auto text = std::string{};
  for (const auto& x : owners_) {
    const auto where = to_string(x.where);
    text += text.empty() ? "" : ", ";
    // Errors of connections name the address themselves.
    if (x.why.rfind(where, 0) == 0)
      text += x.why;
    else
      text += x.why.empty() ? where : where + ": " + x.why;
  }
  if (since_)
    text += "; since " + caf::timestamp_to_string(*since_);
  if (!besides.empty())
    text.append("; ").append(besides);
  return caf::make_error(errc::owner_unreachable, text);
}

} // namespace bearer::remote::detail
