#include <bearer/detail/caf_compat.hpp>
#include <bearer/error.hpp>
#include <bearer/internal/source_call.hpp>

#include <caf/actor_system.hpp>
#include <caf/sec.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <utility>

namespace bearer::internal {

namespace {

/// CAF's own errors about the other actor say nothing to our users.
caf::error name_source_error(caf::error err) {
  if (err == caf::sec::request_receiver_down || err == caf::sec::broken_promise)
    return caf::make_error(errc::source_down);
  if (err == caf::sec::unexpected_response
      || err == caf::sec::unexpected_message || !err)
    return caf::make_error(errc::source_failed, "answered with no token");
  return err;
}

class source_call_state {
public:
  static constexpr auto name = "bearer.source-call";

  source_call_state(source_call::pointer self, any_source source)
    : self_(self), source_(std::move(source)) {
    // nop
  }

  source_call::behavior_type make_behavior() {
    return {
      [this](fetch_atom, const attempt& what) { return fetch(what); },
      [this](close_atom, caf::timespan grace) { return close(grace); },
      [this](stop_atom) { self_->quit(); },
    };
  }

private:
  // The caller bounds both calls: it ends this actor when their time is up. A
  // timeout here would only leave its timer behind.

  caf::result<token> fetch(const attempt& what) {
    auto promise = self_->make_response_promise<token>();
    detail::mail(self_, fetch_atom_v, what)
      .request(source_.fetcher(), caf::infinite)
      .then([promise](token& result) mutable { promise.deliver(result); },
            [promise](caf::error& err) mutable {
              promise.deliver(name_source_error(std::move(err)));
            });
    return promise;
  }

  caf::result<void> close(caf::timespan grace) {
    auto promise = self_->make_response_promise<void>();
    detail::mail(self_, close_atom_v, grace)
      .request(source_.closer(), caf::infinite)
      .then([promise]() mutable { promise.deliver(); },
            [promise](caf::error& err) mutable { promise.deliver(err); });
    return promise;
  }

  source_call::pointer self_;
  any_source source_;
};

} // namespace

source_call spawn_source_call(caf::actor_system& sys,
                              const any_source& source) {
  using impl = caf::stateful_actor<source_call_state, source_call::impl>;
  return sys.spawn<impl>(source);
}

} // namespace bearer::internal
