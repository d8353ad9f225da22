#include <bearer/detail/token_tray.hpp>

#include <utility>

namespace bearer::detail {

void token_tray::leave(const token& fetched) {
  const auto lock = guard{held_};
  if (!supersedes(fetched.generation, newest_.generation))
    return;
  newest_ = fetched;
  filled_.store(true, std::memory_order_release);
}

std::optional<token> token_tray::take() {
  if (!filled_.load(std::memory_order_acquire))
    return std::nullopt;
  const auto lock = guard{held_};
  filled_.store(false, std::memory_order_relaxed);
  return std::exchange(newest_, token{});
}

} // namespace bearer::detail
