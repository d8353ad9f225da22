#pragma once

#include <bearer/any_source.hpp>
#include <bearer/attempt.hpp>
#include <bearer/source/detail/blocking_source.hpp>
#include <bearer/token.hpp>

#include <caf/actor_system.hpp>
#include <caf/expected.hpp>

#include <memory>
#include <stop_token>
#include <type_traits>
#include <utility>

namespace bearer {

namespace detail {

/// Calls `f` with as many of the arguments as it takes.
template <class F>
decltype(auto)
call_source_function(F& f, const attempt& what, const std::stop_token& stop) {
  if constexpr (std::is_invocable_v<F&, const attempt&, std::stop_token>)
    return f(what, stop);
  else if constexpr (std::is_invocable_v<F&, const attempt&>)
    return f(what);
  else
    return f();
}

/// What that call returns.
template <class F>
using source_function_result
  = decltype(call_source_function(std::declval<F&>(),
                                  std::declval<const attempt&>(),
                                  std::declval<const std::stop_token&>()));

} // namespace detail

/// Makes a source of a callable that takes nothing, a `const attempt&`, or that
/// and a `std::stop_token`, and returns a `token` or a `caf::expected<token>`.
///
/// The callable runs on a thread of its own, one call at a time, and may block
/// and throw; an exception is a failed attempt, its text cut to 256 bytes and
/// cleared of what `command_source` takes for a secret. An attempt that comes
/// while the previous call is still under way fails with `errc::busy`.
/// `attempt::budget` is what is left when the call starts; what is returned
/// after that is of no use. An error counts as transient unless
/// `make_permanent` or its code says otherwise.
///
/// Nobody ever waits for the callable: neither closing the source beyond its
/// grace, nor the end of the actor system, nor that of the program. The stop
/// token tells it that nobody listens any more; callbacks on that token run on
/// a thread of the actor system and should be quick. The callable is destroyed
/// when both the source and the call have ended, on either's thread, and must
/// not hold actor handles of the actor system.
template <class F>
any_source function_source(caf::actor_system& sys, F f) {
  using result = std::decay_t<detail::source_function_result<F>>;
  static_assert(
    std::is_same_v<result,
                   token> || std::is_same_v<result, caf::expected<token>>,
    "the callable must return a token or a caf::expected<token>");
  // Callables that can only be moved are welcome, too.
  auto shared = std::make_shared<F>(std::move(f));
  return detail::blocking_source(
    sys,
    [shared](const attempt& what,
             std::stop_token stop) -> caf::expected<token> {
      return detail::call_source_function(*shared, what, stop);
    });
}

} // namespace bearer
