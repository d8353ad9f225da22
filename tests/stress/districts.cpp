#include "districts.hpp"

namespace stress {

std::vector<std::unique_ptr<district>> make_districts(std::uint64_t seed) {
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
