#include <bearer/detail/token_tray.hpp>

#include <utility>

namespace bearer::detail {

// What is no longer needed dies behind the lock's end: it may be the last copy
// of a secret, and to wipe that is not for the lock.

void token_tray::leave(token fetched) {
  const auto lock = guard{held_};
  if (closed_ || !supersedes(fetched.generation, newest_.generation))
    return;
  std::swap(newest_, fetched);
  filled_.store(true, std::memory_order_release);
}

std::optional<token> token_tray::take() {
  if (!filled_.load(std::memory_order_acquire))
    return std::nullopt;
  const auto lock = guard{held_};
  filled_.store(false, std::memory_order_relaxed);
  return std::exchange(newest_, token{});
}

void token_tray::close() {
  auto old = token{};
  const auto lock = guard{held_};
  closed_ = true;
  filled_.store(false, std::memory_order_relaxed);
  std::swap(newest_, old);
}

} // namespace bearer::detail
