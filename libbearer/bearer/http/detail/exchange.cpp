#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/saturating.hpp>
#include <bearer/error.hpp>
#include <bearer/http/detail/exchange.hpp>
#include <bearer/http/url.hpp>

#include <utility>

namespace bearer::http::detail {

exchange::exchange(request what)
  : what_(std::move(what)),
    deadline_(bearer::detail::saturating_add(std::chrono::steady_clock::now(),
                                             what_.timeout)),
    no_memory_(
      caf::make_error(errc::connection_failed,
                      shown(what_.url).append(": not enough memory"))) {
  // nop
}

void exchange::attach(caf::weak_actor_ptr receiver, caf::action on_result) {
  const auto guard = std::unique_lock{mutex_};
  receiver_ = std::move(receiver);
  on_result_ = std::move(on_result);
}

void exchange::detach() noexcept {
  const auto guard = std::unique_lock{mutex_};
  receiver_ = nullptr;
  on_result_ = caf::action{};
  abandoned_ = true;
}

void exchange::complete(caf::expected<response>&& result) noexcept {
  const auto guard = std::unique_lock{mutex_};
  if (!result_)
    result_.emplace(std::move(result));
}

void exchange::complete_without_memory() noexcept {
  complete(std::move(no_memory_));
}

void exchange::notify() {
  const auto guard = std::unique_lock{mutex_};
  // An action and no message: what is in messages can be looked at.
  if (auto receiver = caf::actor_cast<caf::actor>(receiver_.lock()))
    bearer::detail::anon_mail(receiver, on_result_);
}

caf::expected<response> exchange::take() {
  const auto guard = std::unique_lock{mutex_};
  return std::move(*result_);
}

} // namespace bearer::http::detail
