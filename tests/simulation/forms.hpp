#pragma once

#include "simulation/observation.hpp"

namespace bearer::sim {

/// Whether a secret shows in any of the forms in which people may come to see
/// the values of an observation (I19).
bool shows_secret(const observation& x);

} // namespace bearer::sim
