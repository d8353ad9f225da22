#pragma once

#include <bearer/actors.hpp>
#include <bearer/any_source.hpp>

#include "support/real_time.hpp"
#include "support/scripted_source.hpp"

#include <caf/actor_system.hpp>
#include <caf/expected.hpp>
#include <caf/typed_event_based_actor.hpp>

/// Sources for bearers on CAF's own scheduler.
namespace bearer::test {

/// Never answers, without keeping promises, which would pin it on CAF 1.x.
inline any_source silent_source(caf::actor_system& sys, signal called) {
  auto hdl = sys.spawn([called](
                         token_source::pointer) -> token_source::behavior_type {
    return {[called](fetch_atom, const attempt&) mutable -> caf::result<token> {
      called.set();
      // Says that somebody else will answer.
      return caf::delegated<token>{};
    }};
  });
  return token_source{hdl};
}

/// Answers every call with this.
inline any_source ready_source(caf::actor_system& sys,
                               caf::expected<token> answer) {
  auto hdl
    = sys.spawn([answer](token_source::pointer) -> token_source::behavior_type {
        return {[answer](fetch_atom, const attempt&) -> caf::result<token> {
          if (!answer)
            return answer.error();
          return *answer;
        }};
      });
  return token_source{hdl};
}

inline token expiring_token() {
  return make_token("expiring", caf::make_timestamp(), std::chrono::hours{1});
}

} // namespace bearer::test
