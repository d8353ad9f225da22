#pragma once

#include <bearer/any_source.hpp>
#include <bearer/attempt.hpp>
#include <bearer/detail/caf_compat.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/expected.hpp>
#include <caf/scoped_actor.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

/// What tests of sources need that live on real threads, files and processes.
/// They wait for events, never for a time to pass.
namespace bearer::test {

/// How long to wait for what must happen; far more than it takes.
constexpr auto patience = std::chrono::seconds{30};

/// An actor system with CAF's own scheduler.
struct real_system {
  caf::actor_system_config config;
  caf::actor_system sys{config};
};

/// An attempt as a bearer would make it.
inline attempt make_attempt(caf::timespan budget = std::chrono::seconds{20}) {
  auto result = attempt{};
  result.budget = budget;
  return result;
}

/// Asks sources from outside of any actor.
class asker {
public:
  explicit asker(caf::actor_system& sys) : self_(sys) {
    // nop
  }

  /// Starts an attempt; pass the result to `answer`.
  auto start(const any_source& source, const attempt& what) {
    return detail::mail(self_.ptr(), fetch_atom_v, what)
      .request(source.fetcher(), patience);
  }

  /// Starts the closing of a source; pass the result to `closed`.
  auto close(const any_source& source, caf::timespan grace) {
    return detail::mail(self_.ptr(), close_atom_v, grace)
      .request(source.closer(), patience);
  }

  /// Waits for the answer to an attempt.
  template <class Pending>
  caf::expected<token> answer(Pending pending) {
    auto result = std::optional<caf::expected<token>>{};
    std::move(pending).receive([&](token& tok) { result.emplace(tok); },
                               [&](caf::error& err) { result.emplace(err); });
    return *result;
  }

  /// Waits for the end of a closing.
  template <class Pending>
  caf::error closed(Pending pending) {
    auto result = caf::error{};
    std::move(pending).receive([] {}, [&](caf::error& err) { result = err; });
    return result;
  }

private:
  caf::scoped_actor self_;
};

/// One attempt from start to end.
inline caf::expected<token> ask(caf::actor_system& sys,
                                const any_source& source,
                                const attempt& what = make_attempt()) {
  auto client = asker{sys};
  return client.answer(client.start(source, what));
}

/// The secret of a token that must be there.
inline std::string secret_of(const caf::expected<token>& result) {
  if (!result)
    throw std::runtime_error("no token but " + caf::to_string(result.error()));
  return std::string{result->access_token.view()};
}

/// The error that must be there instead of a value.
template <class T>
caf::error error_of(const caf::expected<T>& result) {
  if (result)
    throw std::runtime_error("a value where an error was expected");
  return result.error();
}

/// The text of the error that must be there.
template <class T>
std::string error_text(const caf::expected<T>& result) {
  return caf::to_string(error_of(result));
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Something that happens once, in any thread. Copies share it.
class signal {
public:
  void set() {
    if (!set_->exchange(true))
      promise_->set_value();
  }

  /// Waits until it has happened; false if it did not in good time.
  bool wait(std::chrono::seconds limit = patience) const {
    return future_.wait_for(limit) == std::future_status::ready;
  }

  bool is_set() const {
    return *set_;
  }

private:
  std::shared_ptr<std::atomic<bool>> set_
    = std::make_shared<std::atomic<bool>>(false);
  std::shared_ptr<std::promise<void>> promise_
    = std::make_shared<std::promise<void>>();
  std::shared_future<void> future_ = promise_->get_future().share();
};

/// Sets a signal at the end of its life.
class at_end {
public:
  explicit at_end(signal what) : what_(std::move(what)) {
    // nop
  }

  at_end(const at_end&) = delete;

  at_end& operator=(const at_end&) = delete;

  ~at_end() {
    what_.set();
  }

private:
  signal what_;
};

} // namespace bearer::test
