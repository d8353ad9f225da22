#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/saturating.hpp>
#include <bearer/detail/thread_memory.hpp>
#include <bearer/error.hpp>
#include <bearer/source/bearer_source.hpp>
#include <bearer/source/detail/budget.hpp>

#include <caf/actor_clock.hpp>
#include <caf/sec.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace bearer {

namespace {

fetch_options to_fetch_options(const attempt& what) {
  auto result = fetch_options{};
  result.timeout = detail::inner_budget(what.budget);
  const auto wants_newer = what.reason == attempt_reason::rejected
                           || what.reason == attempt_reason::requested;
  if (wants_newer && !what.previous.access_token.empty())
    result.newer_than = what.previous.generation;
  return result;
}

bool has_ended(const caf::error& err) noexcept {
  return err == errc::stopped || err == caf::sec::request_receiver_down;
}

/// An error of the inner bearer as the outer one must see it.
caf::error translate(caf::error err) {
  if (has_ended(err))
    return caf::make_error(errc::source_stopped, "the inner bearer has ended");
  if (auto details = timeout_details_of(err); details && details->last_error)
    return std::move(details->last_error);
  // A caller of the outer bearer must not take it for his own deadline.
  if (err == errc::timed_out)
    return caf::make_error(errc::attempt_timed_out,
                           "the inner bearer had no token in time");
  return err;
}

/// One question to the inner bearer. An actor of its own, because a parked
/// promise and a pending request keep their actor alive, which must not happen
/// to the source when its last handle goes.
using inner_call = caf::typed_actor<
  // Fetches from the inner bearer, and ends.
  caf::result<token>(fetch_atom, attempt),
  // Closes the inner bearer, and ends.
  caf::result<void>(close_atom, caf::timespan),
  // Gives up, and ends.
  caf::result<void>(stop_atom)>;

class inner_call_state {
public:
  static constexpr auto name = "bearer.inner-call";

  /// @param ended Set when the call is over.
  inner_call_state(inner_call::pointer self, cache_actor inner,
                   std::shared_ptr<std::atomic<bool>> ended)
    : self_(self), inner_(std::move(inner)), ended_(std::move(ended)) {
    // nop
  }

  ~inner_call_state() {
    *ended_ = true;
  }

  inner_call::behavior_type make_behavior() {
    return {
      [this](fetch_atom, const attempt& what) { return fetch(what); },
      [this](close_atom, caf::timespan grace) { return close(grace); },
      [this](stop_atom) {
        fail(caf::make_error(errc::source_down,
                             "the source ended while its call was under way"));
      },
    };
  }

private:
  caf::result<token> fetch(const attempt& what) {
    fetching_ = self_->make_response_promise<token>();
    refused_ = what.rejected;
    const auto options = to_fetch_options(what);
    deadline_ = detail::saturating_add(self_->clock().now(), *options.timeout);
    if (what.reason == attempt_reason::rejected && options.newer_than)
      reject(*options.newer_than);
    ask(options);
    return fetching_;
  }

  /// Anonymous: the answer, an error included, is of no interest.
  void reject(const generation& what) {
    detail::anon_mail(inner_, reject_atom_v, what);
  }

  void ask(fetch_options options) {
    const auto left = deadline_ - self_->clock().now();
    options.timeout = std::max<caf::timespan>(left, caf::timespan{1});
    // Infinite, because a cache always answers by the deadline it was given.
    detail::mail(self_, fetch_atom_v, options)
      .request(inner_, caf::infinite)
      .then([this,
             options](token& result) { hear(std::move(result), options); },
            [this, options](caf::error& err) {
              if (err == errc::unchanged && options.newer_than)
                ask_for_the_same(options);
              else
                fail(translate(std::move(err)));
            });
  }

  void hear(token result, fetch_options options) {
    // It was rejected when the inner bearer had another one, and has come back.
    if (!refused_.empty() && result.access_token == refused_) {
      refused_ = secret{};
      options.newer_than = result.generation;
      reject(result.generation);
      ask(options);
      return;
    }
    succeed(std::move(result));
  }

  /// There is no newer token, but the old one is good: that is no failure of
  /// this source, as it would be none of a file that did not change.
  void ask_for_the_same(fetch_options options) {
    options.newer_than = std::nullopt;
    ask(options);
  }

  /// The token goes on as it came. Its generation is the inner bearer's, which
  /// comes back as `attempt::previous`. Its `refresh_after`, though it was
  /// meant for the inner bearer, stays: it says that the token can be replaced
  /// at any time, and without an expiry it is all that makes the outer bearer
  /// look again. Looking is a cache hit.
  void succeed(token result) {
    fetching_.deliver(std::move(result));
    self_->quit();
  }

  void fail(caf::error err) {
    fetching_.deliver(std::move(err));
    closing_.deliver();
    self_->quit();
  }

  caf::result<void> close(caf::timespan grace) {
    closing_ = self_->make_response_promise<void>();
    auto done = [this] {
      closing_.deliver();
      self_->quit();
    };
    // Infinite, because a cache answers by the end of the grace; if it does
    // not, it has ended, and there is nothing more to do.
    detail::mail(self_, close_atom_v, grace)
      .request(inner_, caf::infinite)
      .then(done, [done](caf::error&) { done(); });
    return closing_;
  }

  inner_call::pointer self_;
  cache_actor inner_;
  std::shared_ptr<std::atomic<bool>> ended_;

  /// Until then all that is asked has to be answered.
  caf::actor_clock::time_point deadline_;

  /// What must not be given again, unless the inner bearer was told so.
  secret refused_;

  caf::typed_response_promise<token> fetching_;
  caf::typed_response_promise<void> closing_;
};

class bearer_source_state {
public:
  static constexpr auto name = "bearer.bearer-source";

  bearer_source_state(closable_token_source::pointer self, cache_actor inner)
    : self_(self), inner_(std::move(inner)) {
    // nop
  }

  ~bearer_source_state() {
    for (const auto& [call, ended] : calls_)
      detail::anon_mail(call, stop_atom_v);
  }

  closable_token_source::behavior_type make_behavior() {
    return {
      [this](fetch_atom, const attempt& what) -> caf::result<token> {
        return detail::mail(self_, fetch_atom_v, what).delegate(new_call());
      },
      [this](close_atom, caf::timespan grace) -> caf::result<void> {
        return detail::mail(self_, close_atom_v, grace).delegate(new_call());
      },
    };
  }

private:
  struct call_under_way {
    inner_call call;
    std::shared_ptr<std::atomic<bool>> ended;
  };

  inner_call new_call() {
    std::erase_if(calls_, [](const auto& x) { return x.ended->load(); });
    using impl = caf::stateful_actor<inner_call_state, inner_call::impl>;
    auto ended = std::make_shared<std::atomic<bool>>(false);
    auto result = inner_call{self_->system().spawn<impl>(inner_, ended)};
    calls_.push_back({result, std::move(ended)});
    return result;
  }

  closable_token_source::pointer self_;
  cache_actor inner_;
  std::vector<call_under_way> calls_;
};

} // namespace

any_source bearer_source(caf::actor_system& sys, cache_actor inner) {
  using impl
    = caf::stateful_actor<bearer_source_state, closable_token_source::impl>;
  const auto memory = detail::thread_memory{};
  return closable_token_source{sys.spawn<impl>(std::move(inner))};
}

} // namespace bearer
