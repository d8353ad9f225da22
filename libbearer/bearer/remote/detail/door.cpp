#include <bearer/remote/detail/door.hpp>

#include <caf/action.hpp>
#include <caf/message.hpp>
#include <caf/message_id.hpp>

#include <algorithm>

namespace bearer::remote::detail {

void door::open(std::vector<caf::type_id_list> contents) {
  const auto guard = std::lock_guard{mutex_};
  contents_ = std::move(contents);
}

void door::trust(const caf::actor_control_block* partner) {
  const auto guard = std::lock_guard{mutex_};
  partner_ = partner;
}

bool door::admit(const caf::mailbox_element& what) {
  if (what.content().match_elements<caf::action>())
    return true;
  const auto guard = std::lock_guard{mutex_};
  if (what.sender && what.sender.get() == partner_)
    return true;
  if (!is_expected(what))
    return false;
  auto& waiting = waiting_[what.sender->node()];
  if (waiting >= max_waiting)
    return false;
  ++waiting;
  return true;
}

void door::leave(const caf::strong_actor_ptr& sender) {
  if (!sender)
    return;
  const auto guard = std::lock_guard{mutex_};
  const auto i = waiting_.find(sender->node());
  if (i != waiting_.end() && --i->second == 0)
    waiting_.erase(i);
}

bool door::is_expected(const caf::mailbox_element& what) const {
  // Who is not there gets no answer; and nobody takes one in his place.
  if (!what.sender || bearer::detail::has_stages(what))
    return false;
  if (!what.mid.is_async() && !what.mid.is_request())
    return false;
  if (what.mid.category() != caf::message_id::normal_message_category)
    return false;
  return std::find(contents_.begin(), contents_.end(), what.content().types())
         != contents_.end();
}

} // namespace bearer::remote::detail
