#pragma once

#include <bearer/actors.hpp>
#include <bearer/fetch_options.hpp>
#include <bearer/handle.hpp>
#include <bearer/reader.hpp>
#include <bearer/token.hpp>

#include <caf/expected.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace bearer::grpc::detail {

/// Where threads of others get a bearer's token without ever blocking: at once
/// while there is one, else through a callback. Holds the bearer until its end,
/// its own or the bearer's. All members may be called from any thread.
class token_gate {
public:
  /// Takes the outcome of a fetch. Called once, inside an actor; must neither
  /// block nor throw.
  using handler = std::function<void(const caf::expected<token>&)>;

  /// @param waiting Of the fetches that calls wait for.
  static std::shared_ptr<token_gate> make(const handle& bearer,
                                          fetch_options waiting);

  /// Call `make`.
  token_gate(const handle& bearer, fetch_options waiting);

  token_gate(const token_gate&) = delete;

  token_gate& operator=(const token_gate&) = delete;

  ~token_gate();

  /// The token, if there is a fresh one; `errc::stopped` after the bearer's
  /// end; else nothing, and `later` hears of the outcome.
  template <class F>
  std::optional<caf::expected<token>> get(F later) {
    const auto guard = std::lock_guard{*mutex_};
    auto found = look();
    if (!found)
      wait(std::move(later));
    return found;
  }

  /// The bearer has ended.
  void let_go();

private:
  std::optional<caf::expected<token>> look();

  void wait(handler later);

  // Outlives this for a moment.
  std::shared_ptr<std::mutex> mutex_;
  fetch_options waiting_;

  // None after the bearer's end.
  std::shared_ptr<reader> reader_;

  /// Listens for the bearer's end, and fetches. Threads of others cannot do
  /// that: CAF leaves things behind in those.
  event_listener courier_;

  /// Where the courier says who it is, for use inside of it.
  std::shared_ptr<event_listener::pointer> courier_self_;
};

} // namespace bearer::grpc::detail
