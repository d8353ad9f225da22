#pragma once

#include <bearer/bearer.hpp>
#include <bearer/meta_objects.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>

/// What every question needs: an actor system, a bearer with a token, and plain
/// actors to compare with.
namespace bearer::bench {

// -- plain actors of an int ---------------------------------------------------

using bare_actor = caf::typed_actor<caf::result<int>(int)>;

inline bare_actor::behavior_type bare_behavior(bare_actor::pointer) {
  return {[](int x) { return x; }};
}

// -- the actor system ---------------------------------------------------------

/// Type IDs come first, and the number of threads is the question's.
struct config : caf::actor_system_config {
  explicit config(std::size_t threads) {
    init_global_meta_objects();
    set("caf.scheduler.max-threads", threads);
  }
};

struct world {
  explicit world(std::size_t threads = 1) : cfg(threads) {
    // nop
  }

  bare_actor bare() {
    return sys.spawn(bare_behavior);
  }

  config cfg;
  caf::actor_system sys{cfg};
};

// -- bearers ------------------------------------------------------------------

/// A token of `size` bytes that lives as long as a program runs.
inline token long_lived_token(std::size_t size, char letter = 'x') {
  auto result = token{};
  result.access_token = secret{std::string(size, letter)};
  result.expires_at = caf::make_timestamp() + std::chrono::hours{1};
  return result;
}

/// A source that has the same token for everybody at once.
inline token_source::behavior_type ready_source(token_source::pointer,
                                                const token& tok) {
  return {[tok](fetch_atom, const attempt&) { return tok; }};
}

/// A bearer that has its token already.
inline handle ready_bearer(caf::actor_system& sys, std::size_t size = 1024) {
  auto source = sys.spawn(ready_source, long_lived_token(size));
  auto result = spawn(sys, any_source{token_source{source}}).value();
  if (auto tok = result.fetch(); !tok)
    throw std::runtime_error("no token: " + to_string(tok.error()));
  return result;
}

/// Asks for a token newer than none, which whoever could read the token leaves
/// to the cache.
inline fetch_options by_message() {
  auto result = fetch_options{};
  result.newer_than = generation{};
  return result;
}

} // namespace bearer::bench
