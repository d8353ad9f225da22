#include "station.hpp"

#include <stdexcept>
#include <utility>

namespace stress {

namespace {

std::shared_ptr<life> begin_life(const station::spawner& spawn) {
  auto bearer = spawn();
  if (!bearer)
    throw std::runtime_error("cannot spawn: " + to_string(bearer.error()));
  return std::make_shared<life>(std::move(*bearer));
}

} // namespace

station::station(spawner spawn)
  : spawn_(std::move(spawn)), current_(begin_life(spawn_)) {
  // nop
}

std::shared_ptr<life> station::current() const {
  auto guard = std::lock_guard{mutex_};
  return current_;
}

std::shared_ptr<life> station::replace() {
  auto next = begin_life(spawn_);
  auto guard = std::unique_lock{mutex_};
  std::swap(current_, next);
  guard.unlock();
  next->over = true;
  return next;
}

} // namespace stress
