#include "station.hpp"

#include "chronicler.hpp"

#include <stdexcept>
#include <utility>

namespace stress {

station::station(caf::actor_system& sys, std::string kind, spawner spawn,
                 caf::timespan grace)
  : sys_(sys),
    kind_(std::move(kind)),
    spawn_(std::move(spawn)),
    grace_(grace),
    current_(begin_life()) {
  // nop
}

std::shared_ptr<life> station::current() const {
  auto guard = std::lock_guard{mutex_};
  return current_;
}

std::shared_ptr<life> station::replace() {
  auto next = begin_life();
  auto guard = std::unique_lock{mutex_};
  std::swap(current_, next);
  guard.unlock();
  next->over = true;
  return next;
}

std::shared_ptr<life> station::begin_life() {
  auto bearer = spawn_();
  if (!bearer)
    throw std::runtime_error("cannot spawn: " + to_string(bearer.error()));
  ++counts_->bearers;
  auto result = std::make_shared<life>(std::move(*bearer));
  result->counts = counts_;
  result->chronicler = spawn_chronicler(sys_, result->bearer, counts_);
  result->grace = grace_;
  return result;
}

} // namespace stress
