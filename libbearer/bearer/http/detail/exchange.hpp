#pragma once

#include <bearer/detail/outside_line.hpp>
#include <bearer/http/request.hpp>
#include <bearer/http/response.hpp>

#include <caf/action.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/expected.hpp>

#include <atomic>
#include <chrono>
#include <optional>

namespace bearer::http::detail {

/// What an actor that waits for an answer and the I/O thread have in common.
/// All members may be called from any thread.
class exchange {
public:
  using steady_time = std::chrono::steady_clock::time_point;

  /// The time starts now.
  explicit exchange(request what);

  const request& what() const noexcept {
    return what_;
  }

  steady_time deadline() const noexcept {
    return deadline_;
  }

  /// Runs `on_result` inside `receiver` once `complete` has been called.
  void attach(caf::weak_actor_ptr receiver, caf::action on_result);

  /// The receiver ends: nobody touches it any more, nor wants a result.
  void detach() noexcept;

  /// Whether nobody wants a result.
  bool abandoned() const noexcept {
    return abandoned_;
  }

  /// Sets the result; the first one stays.
  void complete(caf::expected<response>&& result) noexcept;

  /// The same with an error that was made in good time, for want of memory.
  /// @param sent Whether the server may have heard the request.
  void complete_without_memory(bool sent) noexcept;

  /// Tells the receiver of the result.
  /// @throws std::bad_alloc in which case it may be called again
  void notify();

  /// The result, once.
  caf::expected<response> take();

private:
  const request what_;
  const steady_time deadline_;
  std::atomic<bool> abandoned_ = false;
  bearer::detail::outside_line receiver_;

  // The rest is guarded by the line's lock.
  caf::expected<response> no_memory_to_send_;
  caf::expected<response> no_memory_to_receive_;
  std::optional<caf::expected<response>> result_;
  caf::action on_result_;
};

} // namespace bearer::http::detail
