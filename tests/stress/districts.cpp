#include "districts.hpp"

#include <signal.h>

namespace stress {

namespace {

/// Holds Ctrl-C back, also in the programs that are started meanwhile, for
/// good: they end with this one anyway, and not before.
class held_interrupts {
public:
  held_interrupts() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, &before_);
  }

  held_interrupts(const held_interrupts&) = delete;

  held_interrupts& operator=(const held_interrupts&) = delete;

  ~held_interrupts() {
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

private:
  sigset_t before_ = {};
};

} // namespace

std::vector<std::unique_ptr<district>> make_districts(std::uint64_t seed) {
  const auto guard = held_interrupts{};
  auto result = std::vector<std::unique_ptr<district>>{};
  result.push_back(make_file_district(seed));
  result.push_back(make_local_district(seed));
#ifdef STRESS_OAUTH_SERVER
  result.push_back(make_http_district());
#endif
#ifdef STRESS_REMOTE
  result.push_back(make_cluster_district(seed));
#endif
  return result;
}

void prepare_for_districts([[maybe_unused]] caf::actor_system_config& what) {
#ifdef STRESS_REMOTE
  load_network(what);
#endif
}

} // namespace stress
