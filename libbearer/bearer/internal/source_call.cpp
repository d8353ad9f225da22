#include <bearer/detail/caf_compat.hpp>
#include <bearer/error.hpp>
#include <bearer/internal/in_place_actor.hpp>
#include <bearer/internal/match.hpp>
#include <bearer/internal/owed_answer.hpp>
#include <bearer/internal/source_call.hpp>

#include <caf/abstract_actor.hpp>
#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/message_id.hpp>
#include <caf/sec.hpp>

#include <optional>
#include <utility>

namespace bearer::internal {

namespace {

class source_call_actor final : public in_place_actor {
public:
  explicit source_call_actor(any_source source) : source_(std::move(source)) {
    // nop
  }

  const char* name() const final {
    return "bearer.source-call";
  }

  using in_place_actor::depart;

protected:
  bool receive(const caf::message& what) final {
    if (match<stop_atom>(what, [this](auto) { retire(); }))
      return true;
    if (owed_)
      return false;
    return match<fetch_atom, attempt>(
             what, [this](const auto&... xs) { ask(source_.fetcher(), xs...); })
           || match<close_atom, caf::timespan>(what, [this](const auto&... xs) {
                ask(source_.closer(), xs...);
              });
  }

  void receive_answer(const caf::message& what) final {
    if (!owed_ || current_message_id() != the_request.response_id())
      return;
    owed_->give(this, what);
    owed_.reset();
  }

  void on_end() noexcept final {
    source_ = any_source{};
    owed_.reset();
  }

private:
  // The caller bounds both calls: it ends this actor when their time is up.

  template <class Handle, class... Ts>
  void ask(const Handle& source, const Ts&... what) {
    owed_ = owed_answer{this};
    send(the_request, source, what...);
  }

  static constexpr auto the_request = caf::make_message_id(1);

  any_source source_;

  /// What the caller waits for.
  std::optional<owed_answer> owed_;
};

} // namespace

source_call spawn_source_call(caf::actor_system& sys,
                              const any_source& source) {
  return caf::actor_cast<source_call>(
    spawn_in_place<source_call_actor>(sys, source));
}

void end_source_call(const source_call& what, detail::executor* context) {
  auto* call = caf::actor_cast<caf::abstract_actor*>(what);
  try {
    static_cast<source_call_actor*>(call)->depart({}, context);
  } catch (...) {
    // Somebody has attached what fails, which is not the caller's concern.
  }
  try {
    detail::anon_mail(caf::actor_cast<caf::actor>(what), stop_atom_v);
  } catch (...) {
    // There is no memory for it: it forgets all with its last reference.
  }
}

caf::error name_source_error(caf::error err) {
  if (err == caf::sec::request_receiver_down || err == caf::sec::broken_promise)
    return caf::make_error(errc::source_down);
  if (err == caf::sec::unexpected_response
      || err == caf::sec::unexpected_message || !err)
    return caf::make_error(errc::source_failed, "answered with no token");
  return err;
}

} // namespace bearer::internal
