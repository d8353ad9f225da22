#pragma once

#include "support/oauth/message.hpp"
#include "support/tcp_server.hpp"

#include <caf/timespan.hpp>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

/// How a server answers, well or badly.
namespace bearer::test {

/// Does what was asked and returns the answer to it. Not calling it leaves the
/// request undone.
using deed = std::function<http_answer()>;

/// Answers one request, or breaks the connection, or does something worse.
using manner = std::function<void(connection& to, const deed& act)>;

/// Makes requests wait. Its end lets them go on.
class gate {
public:
  gate() = default;

  gate(const gate&) = delete;

  gate& operator=(const gate&) = delete;

  ~gate() {
    open();
  }

  /// Ends all waiting, for good.
  void open();

  /// Waits, at most for this long.
  void pass(caf::timespan longest);

private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool is_open_ = false;
};

namespace manners {

/// Does it and answers.
void properly(connection& to, const deed& act);

/// Does it, but breaks the connection in the middle of the answer's body.
void losing_the_answer(connection& to, const deed& act);

/// Breaks the connection in the middle of a body, and has done nothing.
void resetting_in_the_body(connection& to, const deed& act);

/// Breaks the connection without a word.
void resetting(connection& to, const deed& act);

/// Answers this without doing anything.
manner saying(http_answer what);

/// As above; JSON.
manner saying(int status, std::string body, std::string fields = {});

/// Never answers, until the client is gone.
void hanging(connection& to, const deed& act);

/// Begins a body and goes on with a byte every now and then, until the client
/// is gone.
void dripping(connection& to, const deed& act);

/// Does it and answers as soon as the gate is open.
manner held(std::shared_ptr<gate> until);

/// Does it and answers after some time, or when the gate is opened.
manner delayed(std::shared_ptr<gate> until, caf::timespan by);

} // namespace manners

/// How the requests of one kind are answered. Thread-safe.
class conduct {
public:
  /// The next requests are answered like this, one by one, and only then as
  /// usual.
  void next(std::vector<manner> what);

  /// Changes what is usual, which is `manners::properly` at first.
  void from_now_on(manner what);

  /// How to answer a request that has come.
  manner take();

private:
  std::mutex mutex_;
  std::deque<manner> next_;
  manner usual_ = manners::properly;
};

} // namespace bearer::test
