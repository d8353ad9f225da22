#pragma once

#include <bearer/token.hpp>

#include <atomic>
#include <optional>

namespace bearer::detail {

/// Where a token can be left from any thread. There is one in every receiver,
/// hence the small lock.
class token_tray {
public:
  /// Leaves a token, unless one of the same bearer lies there that is as new.
  void leave(token fetched);

  /// Takes the newest token that was left since the last call.
  std::optional<token> take();

  /// Forgets what was left. From now on whatever is left is lost.
  void close();

private:
  /// Held for a few instructions.
  class guard {
  public:
    explicit guard(std::atomic_flag& what) noexcept : held_(what) {
      while (held_.test_and_set(std::memory_order_acquire))
        held_.wait(true, std::memory_order_relaxed);
    }

    guard(const guard&) = delete;

    guard& operator=(const guard&) = delete;

    ~guard() {
      held_.clear(std::memory_order_release);
      held_.notify_one();
    }

  private:
    std::atomic_flag& held_;
  };

  token newest_;

  std::atomic_flag held_;
  bool closed_ = false;

  /// Whether it is worth a look. Last, next to the receiver's state: most
  /// fetches touch nothing else here.
  std::atomic<bool> filled_ = false;
};

} // namespace bearer::detail
