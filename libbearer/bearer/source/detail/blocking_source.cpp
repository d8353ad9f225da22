#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/thread_memory.hpp>
#include <bearer/error.hpp>
#include <bearer/source/detail/blocking_source.hpp>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <memory>
#include <utility>

namespace bearer::detail {

namespace {

class blocking_source_state {
public:
  static constexpr auto name = "bearer.blocking-source";

  blocking_source_state(closable_token_source::pointer self,
                        blocking_function function)
    : self_(self),
      function_(
        std::make_shared<const blocking_function>(std::move(function))) {
    // nop
  }

  ~blocking_source_state() {
    if (!record_)
      return;
    record_->request_stop();
    detail::anon_mail(call_, stop_atom_v);
  }

  closable_token_source::behavior_type make_behavior() {
    return {
      [this](fetch_atom, const attempt& what) { return fetch(what); },
      [this](close_atom, caf::timespan grace) { return close(grace); },
    };
  }

private:
  caf::result<token> fetch(const attempt& what) {
    if (closed_)
      return make_permanent(
        caf::make_error(errc::source_failed, "the source is closed"));
    if (record_ && !record_->ended())
      return caf::make_error(errc::busy,
                             "the previous call is still under way");
    record_ = std::make_shared<call_record>();
    call_ = spawn_blocking_call(self_->system(), record_, function_);
    return detail::mail(self_, fetch_atom_v, what).delegate(call_);
  }

  caf::result<void> close(caf::timespan grace) {
    if (std::exchange(closed_, true) || !record_)
      return caf::unit;
    // Held until the call has the message, which it would otherwise miss if the
    // thread ended in between.
    auto guard = record_->lock();
    if (record_->ended())
      return caf::unit;
    return detail::mail(self_, close_atom_v, grace).delegate(call_);
  }

  closable_token_source::pointer self_;
  std::shared_ptr<const blocking_function> function_;
  bool closed_ = false;

  // The latest call, whether it has ended or not.
  std::shared_ptr<call_record> record_;
  blocking_call call_;
};

} // namespace

any_source blocking_source(caf::actor_system& sys, blocking_function function) {
  using impl
    = caf::stateful_actor<blocking_source_state, closable_token_source::impl>;
  const auto memory = thread_memory{};
  return closable_token_source{sys.spawn<impl>(std::move(function))};
}

} // namespace bearer::detail
