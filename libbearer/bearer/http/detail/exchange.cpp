#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/saturating.hpp>
#include <bearer/error.hpp>
#include <bearer/http/detail/exchange.hpp>
#include <bearer/http/url.hpp>

#include <utility>

namespace bearer::http::detail {

namespace {

caf::error no_memory(errc code, const request& what) {
  return caf::make_error(code, shown(what.url).append(": not enough memory"));
}

} // namespace

exchange::exchange(request what)
  : what_(std::move(what)),
    deadline_(bearer::detail::saturating_add(std::chrono::steady_clock::now(),
                                             what_.timeout)),
    no_memory_to_send_(no_memory(errc::connection_failed, what_)),
    no_memory_to_receive_(no_memory(errc::answer_lost, what_)) {
  // nop
}

void exchange::attach(caf::weak_actor_ptr receiver, caf::action on_result) {
  const auto held = receiver_.lock();
  receiver_.attach(std::move(receiver));
  on_result_ = std::move(on_result);
}

void exchange::detach() noexcept {
  const auto held = receiver_.lock();
  receiver_.detach();
  on_result_ = caf::action{};
  abandoned_ = true;
}

void exchange::complete(caf::expected<response>&& result) noexcept {
  const auto held = receiver_.lock();
  if (!result_)
    result_.emplace(std::move(result));
}

void exchange::complete_without_memory(bool sent) noexcept {
  complete(std::move(sent ? no_memory_to_receive_ : no_memory_to_send_));
}

void exchange::notify() {
  // An action and no message: what is in messages can be looked at.
  receiver_.reach([this](const caf::strong_actor_ptr& whom) {
    bearer::detail::anon_mail(caf::actor_cast<caf::actor>(whom), on_result_);
  });
}

caf::expected<response> exchange::take() {
  const auto held = receiver_.lock();
  return std::move(*result_);
}

} // namespace bearer::http::detail
