#pragma once

#include <bearer/bearer.hpp>
#include <bearer/handle.hpp>
#include <bearer/secret.hpp>
#include <bearer/source/function_source.hpp>
#include <bearer/token.hpp>

#include "support/real_time.hpp"

#include <functional>
#include <thread>
#include <utility>

namespace bearer::test {

/// Has a thread of the application use a bearer and then go on with other
/// things.
/// @returns whether the actor system ends while that thread lives.
inline bool ends_after(const std::function<void(const handle&)>& use) {
  signal used;
  signal release;
  signal ended;
  auto user = std::thread{};
  auto owner = std::thread{[&] {
    {
      real_system real;
      auto source = function_source(real.sys, [] {
        auto result = token{};
        result.access_token = secret{"abc"};
        return result;
      });
      user = std::thread{[&, bearer = *spawn(real.sys, source)]() mutable {
        use(std::exchange(bearer, handle{}));
        used.set();
        release.wait();
      }};
      used.wait();
    }
    ended.set();
  }};
  const auto result = ended.wait();
  release.set();
  owner.join();
  user.join();
  return result;
}

} // namespace bearer::test
