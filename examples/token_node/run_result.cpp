#include "run_result.hpp"

namespace token_node {

bool run_result::ended_well() const noexcept {
  return lost() == 0 && clients.expired == 0 && clients.rejected == 0
         && clients.older == 0 && (!had_clients || clients.tokens > 0);
}

} // namespace token_node
