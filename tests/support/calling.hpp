#pragma once

#include <bearer/any_source.hpp>
#include <bearer/attempt.hpp>
#include <bearer/internal/in_place_actor.hpp>
#include <bearer/internal/match.hpp>
#include <bearer/internal/source_call.hpp>

#include "support/eager_asker.hpp"
#include "support/second_answer.hpp"
#include "support/virtual_time.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/message.hpp>
#include <caf/message_id.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace bearer::test {

struct question {
  caf::strong_actor_ptr asker;
  caf::message_id id;
};

/// What a source has seen.
struct diary {
  std::vector<std::string> entries;
  std::vector<question> questions;
};

/// A source that notes what it sees before anybody else has a turn. The test
/// answers.
class instant_source : public internal::in_place_actor {
public:
  explicit instant_source(std::shared_ptr<diary> log) : log_(std::move(log)) {
    // nop
  }

  const char* name() const final {
    return "instant_source";
  }

private:
  bool receive(const caf::message& what) final {
    using internal::match;
    return match<fetch_atom, attempt>(what,
                                      [this](auto, const attempt& x) {
                                        note("attempt "
                                             + std::to_string(x.serial));
                                      })
           || match<close_atom, caf::timespan>(what, [this](auto, auto) {
                note("close");
              });
  }

  void note(const std::string& what) {
    log_->entries.push_back(what);
    log_->questions.push_back({current_sender(), current_message_id()});
    current_sender()->get()->attach_functor(
      [log = log_, what] { log->entries.push_back("end of " + what); });
  }

  void on_end() noexcept final {
    // nop
  }

  std::shared_ptr<diary> log_;
};

inline attempt numbered(std::uint64_t serial) {
  auto result = attempt{};
  result.serial = serial;
  return result;
}

/// A source, and somebody who can call it.
struct calling {
  calling() {
    // The asker takes no memory.
    heard->all.reserve(10);
  }

  ~calling() {
    // The source and the calls know each other.
    *log = diary{};
  }

  internal::source_call call() {
    return internal::spawn_source_call(time.sys(), source);
  }

  template <class... Ts>
  void ask(const internal::source_call& which, Ts... what) {
    put_in_mailbox(caf::actor_cast<caf::strong_actor_ptr>(which), asker,
                   caf::make_message_id(7), caf::make_message(what...));
  }

  void answer(std::size_t which, caf::message what) {
    const auto& one = log->questions.at(which);
    answer_again(one.asker, one.id, std::move(what));
  }

  virtual_time time;
  std::shared_ptr<diary> log = std::make_shared<diary>();
  any_source source = caf::actor_cast<closable_token_source>(
    internal::spawn_in_place<instant_source>(time.sys(), log));
  std::shared_ptr<answers> heard = std::make_shared<answers>();
  caf::strong_actor_ptr asker
    = internal::spawn_in_place<eager_asker>(time.sys(), heard);
};

} // namespace bearer::test
