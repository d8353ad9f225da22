#include "sources.hpp"

#include <bearer/bearer.hpp>
#include <bearer/source/command_source.hpp>
#include <bearer/source/file_source.hpp>
#include <bearer/source/function_source.hpp>

#include "support/child_process.hpp"

#include "issuer.hpp"
#include "random.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <stop_token>
#include <thread>

namespace stress {

namespace {

using namespace std::chrono_literals;

constexpr conduct function_faults[] = {
  conduct::revoked, conduct::expired, conduct::slow,
  conduct::hangs,   conduct::fails,   conduct::garbage,
};

/// Long enough for a token to come to its end, however new.
constexpr auto outage = lifetime;

/// Blocks until nobody wants the result any more, and a while longer at times:
/// not every function listens.
void hang(small_random& random, const std::stop_token& stop) {
  auto mutex = std::mutex{};
  auto changed = std::condition_variable_any{};
  auto guard = std::unique_lock{mutex};
  changed.wait_for(guard, stop, 2s, [] { return false; });
  if (random.one_in(2))
    std::this_thread::sleep_for(300ms);
}

bearer::token issue(small_random& random, conduct how) {
  auto result = bearer::token{};
  result.access_token = bearer::secret{next_secret(random, how)};
  result.expires_at = caf::timestamp{expiry_of(how)};
  return result;
}

/// Called by one thread at a time.
class fickle_function {
public:
  explicit fickle_function(std::uint64_t seed) : random_(seed) {
    // nop
  }

  caf::expected<bearer::token> operator()(const bearer::attempt&,
                                          const std::stop_token& stop) {
    const auto now = std::chrono::steady_clock::now();
    if (now >= outage_until_ && random_.one_in(8))
      outage_until_ = now + outage;
    if (now < outage_until_)
      return fail();
    const auto how = next_conduct(random_, function_faults);
    switch (how) {
      case conduct::slow:
        std::this_thread::sleep_for(150ms);
        break;
      case conduct::hangs:
        hang(random_, stop);
        break;
      case conduct::fails:
        return fail();
      case conduct::garbage:
        throw std::runtime_error("the function lost its mind");
      default:
        break;
    }
    return issue(random_, how);
  }

private:
  caf::error fail() {
    using bearer::errc;
    auto cause = caf::make_error(errc::source_failed, "the server is down");
    if (random_.one_in(3))
      return bearer::make_permanent(std::move(cause));
    if (random_.one_in(2))
      return bearer::make_transient(std::move(cause), 300ms);
    return cause;
  }

  small_random random_;
  std::chrono::steady_clock::time_point outage_until_;
};

} // namespace

bearer::renewal_settings short_lived(std::uint64_t seed) {
  auto result = bearer::renewal_settings{};
  // The margin is a fifth of what is left at publication.
  result.lifetime_safe_fraction = 0.6;
  result.initial_retry_timeout = 100ms;
  result.max_retry_timeout = 1s;
  result.refresh_request_timeout = 1s;
  result.fetch_timeout = 5s;
  if (seed != 0)
    result.seed = seed;
  return result;
}

caf::expected<bearer::handle> spawn_over_file(caf::actor_system& sys,
                                              const std::string& path) {
  // A file does not say when it will be replaced, so look often.
  auto options = bearer::file_source_options{};
  options.refresh_period = 300ms;
  return bearer::spawn(sys, bearer::file_source(sys, path, options),
                       short_lived());
}

caf::expected<bearer::handle> spawn_over_command(caf::actor_system& sys) {
  static const auto program = example::beside_this_program("stress-credential");
  return bearer::spawn(sys, bearer::command_source(sys, {program.string()}),
                       short_lived());
}

caf::expected<bearer::handle> spawn_over_function(caf::actor_system& sys,
                                                  std::uint64_t seed) {
  return bearer::spawn(sys, bearer::function_source(sys, fickle_function{seed}),
                       short_lived(seed));
}

caf::expected<bearer::handle> spawn_ahead(caf::actor_system& sys,
                                          std::uint64_t seed) {
  auto early = short_lived(seed);
  early.lifetime_safe_fraction = 0.2;
  return bearer::spawn(sys, bearer::function_source(sys, fickle_function{seed}),
                       early);
}

caf::expected<bearer::handle> spawn_over_bearer(caf::actor_system& sys,
                                                std::uint64_t seed) {
  auto inner = spawn_ahead(sys, seed);
  if (!inner)
    return inner;
  return bearer::spawn(sys, *inner, short_lived(seed));
}

} // namespace stress
