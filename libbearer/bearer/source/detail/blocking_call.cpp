#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/saturating.hpp>
#include <bearer/detail/type_guard.hpp>
#include <bearer/error.hpp>
#include <bearer/source/detail/blocking_call.hpp>
#include <bearer/source/detail/budget.hpp>
#include <bearer/source/detail/posix.hpp>
#include <bearer/source/detail/redact.hpp>
#include <bearer/source/detail/thread_crew.hpp>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <array>
#include <cerrno>
#include <chrono>
#include <exception>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace bearer::detail {

namespace {

using steady_time = std::chrono::steady_clock::time_point;

/// The most bytes of an exception's text in an error.
constexpr std::size_t max_quote = 256;

caf::error thrown(std::string_view what, const attempt& during) {
  const auto secrets = std::array{during.previous.access_token.view()};
  return caf::make_error(errc::source_failed,
                         "the function threw: "
                           + quote_foreign(what, max_quote, text_end::head,
                                           secrets));
}

/// A result with neither token nor error would count as "no error" in CAF.
caf::expected<token> checked(caf::expected<token> result) {
  if (!result && !result.error())
    return caf::make_error(errc::source_failed,
                           "the function returned neither token nor error");
  return result;
}

caf::expected<token> call(const blocking_function& function,
                          const attempt& what, std::stop_token stop) {
  try {
    return checked(function(what, std::move(stop)));
  } catch (const std::exception& ex) {
    return thrown(ex.what(), what);
  } catch (...) {
    // pthread_exit and pthread_cancel unwind without an exception of C++, and
    // must go on.
    if (!std::current_exception())
      throw;
    return caf::make_error(errc::source_failed,
                           "the function threw something that is no"
                           " std::exception");
  }
}

/// Completes the record on every way out of the thread.
class completion {
public:
  explicit completion(std::shared_ptr<call_record> record)
    : record_(std::move(record)) {
    // nop
  }

  completion(const completion&) = delete;

  completion& operator=(const completion&) = delete;

  ~completion() {
    if (!result_)
      result_ = caf::make_error(errc::source_failed,
                                "the function ended its thread");
    record_->complete(std::move(*result_));
  }

  void set(caf::expected<token> result) {
    result_ = std::move(result);
  }

private:
  std::shared_ptr<call_record> record_;
  std::optional<caf::expected<token>> result_;
};

caf::expected<token> call_in_time(const blocking_function& function,
                                  attempt what, steady_time deadline,
                                  std::stop_token stop) {
  what.budget = saturating_distance(std::chrono::steady_clock::now(), deadline);
  if (what.budget <= caf::timespan::zero())
    return caf::make_error(errc::attempt_timed_out,
                           "the budget had passed before the call started");
  return call(function, what, std::move(stop));
}

/// The thread's whole life. The attempt, and with it the previous token, is
/// gone before anybody hears of the result.
void run(std::shared_ptr<call_record> record,
         const std::shared_ptr<const blocking_function>& function, attempt what,
         steady_time deadline) {
  auto stop = record->stop_token();
  auto done = completion{std::move(record)};
  done.set(call_in_time(*function, std::move(what), deadline, std::move(stop)));
}

/// A call that waits for a thread.
class call_job final : public thread_job {
public:
  call_job(type_guard types, std::shared_ptr<call_record> record,
           std::shared_ptr<const blocking_function> function, attempt what)
    : types_(std::move(types)),
      record_(std::move(record)),
      function_(std::move(function)),
      what_(std::move(what)),
      deadline_(
        saturating_add(std::chrono::steady_clock::now(), what_.budget)) {
    // nop
  }

  call_job(const call_job&) = delete;

  call_job& operator=(const call_job&) = delete;

  ~call_job() override {
    if (record_)
      record_->abandon();
  }

  void run() override {
    bearer::detail::run(std::move(record_), function_, std::move(what_),
                        deadline_);
  }

private:
  /// First, hence destroyed last.
  type_guard types_;

  std::shared_ptr<call_record> record_;
  std::shared_ptr<const blocking_function> function_;
  attempt what_;
  steady_time deadline_;
};

caf::error no_thread(const std::string& why) {
  return caf::make_error(errc::source_failed, "cannot start a thread: " + why);
}

class blocking_call_state {
public:
  static constexpr auto name = "bearer.blocking-call";

  blocking_call_state(blocking_call::pointer self,
                      std::shared_ptr<call_record> record,
                      std::shared_ptr<const blocking_function> function,
                      std::shared_ptr<thread_crew> crew)
    : self_(self),
      record_(std::move(record)),
      function_(std::move(function)),
      crew_(std::move(crew)) {
    record_->attach(caf::weak_actor_ptr{self->ctrl()},
                    [this](caf::expected<token> x) { finish(std::move(x)); });
  }

  ~blocking_call_state() {
    record_->detach();
  }

  blocking_call::behavior_type make_behavior() {
    return {
      [this](fetch_atom, const attempt& what) { return fetch(what); },
      [this](close_atom, caf::timespan grace) { return close(grace); },
      [this](stop_atom) { give_up(); },
    };
  }

private:
  caf::result<token> fetch(const attempt& what) {
    fetching_ = self_->make_response_promise<token>();
    try {
      job_ = std::make_shared<call_job>(self_->system().meta_objects_guard(),
                                        record_, function_, what);
      if (crew_)
        crew_->run(job_);
      else
        std::thread{[job = job_] { job->run(); }}.detach();
    } catch (const std::system_error& ex) {
      record_->complete(no_thread(ex.code().message()));
    } catch (const std::bad_alloc&) {
      record_->complete(no_thread(errno_text(ENOMEM)));
    }
    return fetching_;
  }

  caf::result<void> close(caf::timespan grace) {
    record_->request_stop();
    closing_.push_back(self_->make_response_promise<void>());
    detail::schedule(self_, self_->clock().now() + schedulable(grace),
                     [this] { give_up(); });
    return closing_.back();
  }

  void give_up() {
    finish(caf::make_error(errc::source_down,
                           "the source ended while its call was under way"));
  }

  void finish(caf::expected<token> result) {
    if (result)
      fetching_.deliver(std::move(*result));
    else
      fetching_.deliver(std::move(result.error()));
    for (auto& promise : closing_)
      promise.deliver();
    closing_.clear();
    self_->quit();
  }

  blocking_call::pointer self_;
  std::shared_ptr<call_record> record_;
  std::shared_ptr<const blocking_function> function_;
  std::shared_ptr<thread_crew> crew_;

  /// Held, because whoever gives up takes his place in the queue along.
  std::shared_ptr<thread_job> job_;

  caf::typed_response_promise<token> fetching_;
  std::vector<caf::typed_response_promise<void>> closing_;
};

} // namespace

bool call_record::ended() const {
  const auto held = lock();
  return ended_;
}

void call_record::attach(caf::weak_actor_ptr receiver,
                         result_handler on_result) {
  const auto held = lock();
  receiver_.attach(std::move(receiver));
  on_result_ = std::move(on_result);
}

void call_record::detach() {
  const auto held = lock();
  receiver_.detach();
  on_result_ = nullptr;
}

void call_record::abandon() noexcept {
  const auto held = lock();
  ended_ = true;
}

void call_record::complete(caf::expected<token> result) {
  const auto held = lock();
  ended_ = true;
  receiver_.reach([&](const caf::strong_actor_ptr& whom) {
    // An action and no message: tokens in messages can be looked at.
    detail::anon_mail(caf::actor_cast<caf::actor>(whom),
                      caf::make_action([handler = on_result_,
                                        result = std::move(result)]() mutable {
                        handler(std::move(result));
                      }));
  });
}

blocking_call
spawn_blocking_call(caf::actor_system& sys, std::shared_ptr<call_record> record,
                    std::shared_ptr<const blocking_function> function,
                    std::shared_ptr<thread_crew> crew) {
  using impl = caf::stateful_actor<blocking_call_state, blocking_call::impl>;
  return sys.spawn<impl>(std::move(record), std::move(function),
                         std::move(crew));
}

} // namespace bearer::detail
