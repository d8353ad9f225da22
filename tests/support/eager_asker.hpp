#pragma once

#include <bearer/internal/in_place_actor.hpp>

#include <caf/message.hpp>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace bearer::test {

/// What somebody was answered.
struct answers {
  std::vector<caf::message> all;
  std::function<void()> on_answer;
};

/// Asks, and hears every answer, also those that CAF would drop.
class eager_asker : public internal::in_place_actor {
public:
  explicit eager_asker(std::shared_ptr<answers> heard)
    : heard_(std::move(heard)) {
    // nop
  }

  const char* name() const final {
    return "eager_asker";
  }

private:
  bool receive(const caf::message&) final {
    return false;
  }

  void receive_answer(const caf::message& what) final {
    heard_->all.push_back(what);
    if (heard_->on_answer)
      heard_->on_answer();
  }

  void on_end() noexcept final {
    // nop
  }

  std::shared_ptr<answers> heard_;
};

} // namespace bearer::test
