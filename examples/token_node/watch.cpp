#include "watch.hpp"

#include <bearer/error.hpp>
#include <bearer/event.hpp>

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

#include <chrono>
#include <memory>
#include <utility>
#include <variant>

namespace token_node {

namespace {

using namespace bearer::events;

class watch_state {
public:
  static constexpr auto name = "token_node.watch";

  watch_state(caf::event_based_actor* self,
              std::shared_ptr<std::promise<watch_result>> result)
    : self_(self), promise_(std::move(result)) {
    // nop
  }

  caf::behavior make_behavior() {
    return {
      [this](const bearer::event& what) {
        std::visit([&](const auto& x) { note(x, what.at); }, what.what);
      },
    };
  }

private:
  void note(const bearer::status& x, caf::timestamp) {
    if (x.current)
      current_ = x.current->count;
  }

  void note(const attempt_started&, caf::timestamp) {
    // nop
  }

  void note(const attempt_ended& x, caf::timestamp) {
    if (x.error == bearer::errc::owner_unreachable)
      cut_off_ = true;
    if (x.how != outcome::renewed && x.how != outcome::unchanged)
      return;
    if (std::exchange(cut_off_, false))
      ++result_.reconnects;
    // Good for longer than was known when it was withdrawn.
    if (x.how == outcome::unchanged)
      result_.ended_at.erase(current_);
  }

  void note(const published& x, caf::timestamp at) {
    if (current_ != 0 && current_ != x.generation.count)
      result_.ended_at.try_emplace(current_, at);
    current_ = x.generation.count;
    result_.ended_at.erase(current_);
  }

  void note(const rejected& x, caf::timestamp at) {
    result_.ended_at.try_emplace(x.generation.count, at);
  }

  void note(const withdrawn& x, caf::timestamp at) {
    result_.ended_at.try_emplace(x.generation.count, at);
  }

  void note(const suppressed&, caf::timestamp) {
    // nop
  }

  void note(const stopped&, caf::timestamp) {
    promise_->set_value(std::move(result_));
    self_->quit();
  }

  caf::event_based_actor* self_;
  std::shared_ptr<std::promise<watch_result>> promise_;
  watch_result result_;

  /// The count of the token published last; zero before.
  std::uint64_t current_ = 0;

  bool cut_off_ = false;
};

} // namespace

watch spawn_watch(caf::actor_system& sys) {
  auto promise = std::make_shared<std::promise<watch_result>>();
  auto result = watch{{}, {}, promise->get_future()};
  result.hearer = sys.spawn<caf::stateful_actor<watch_state>>(promise);
  result.listener = caf::actor_cast<bearer::event_listener>(result.hearer);
  return result;
}

std::optional<watch_result> finish(watch& what) {
  if (what.result.wait_for(std::chrono::seconds{10})
      == std::future_status::ready)
    return what.result.get();
  caf::anon_send_exit(what.hearer, caf::exit_reason::kill);
  return std::nullopt;
}

} // namespace token_node
