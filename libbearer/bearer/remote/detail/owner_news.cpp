#include <bearer/remote/detail/owner_news.hpp>

#include <utility>

namespace bearer::remote::detail {

bool owner_news::give(const generation& what) noexcept {
  given_ = what;
  return heard_of_.id == given_.id && heard_of_.count > given_.count;
}

bool owner_news::hear_of(const generation& what) noexcept {
  // What is told once more ends earlier than it did. (So is what a new line is
  // told, though an attempt is under way then.)
  const auto moved = what == std::exchange(heard_of_, what) && what == given_;
  const auto known = what.id == given_.id && what.count <= given_.count;
  return !known || moved;
}

} // namespace bearer::remote::detail
