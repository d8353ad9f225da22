#include "supervisor.hpp"

#include "audit.hpp"
#include "client.hpp"
#include "reading_thread.hpp"
#include "subscriber.hpp"

#include <algorithm>
#include <utility>

namespace stress {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t reading_threads = 4;
constexpr std::int64_t subscribers_at_a_time = 50;
constexpr auto longest_reign = 2s;
constexpr auto look_period = 500ms;

/// Until then memory, threads and the like may grow: everybody is born, pools
/// and stacks fill up.
constexpr double warm_up_seconds = 4;

} // namespace

supervisor::supervisor(caf::actor_system& sys, world& in, std::size_t clients)
  : sys_(sys), world_(in), random_(in.seed) {
  world_.found.lives = world_.stations.size();
  for (auto i = std::size_t{0}; i < clients; ++i)
    spawn_client(sys_, world_, i);
  for (auto i = std::size_t{0}; i < reading_threads; ++i)
    readers_.emplace_back(keep_reading, std::ref(world_), i);
}

supervisor::~supervisor() {
  world_.ending = true;
  for (auto& one : readers_)
    if (one.joinable())
      one.join();
}

void supervisor::tick() {
  replace_one_if_due();
  send_subscribers();
  audit_the_deserted();
  look_at_resources();
}

bool supervisor::finish(std::chrono::seconds limit) {
  world_.ending = true;
  for (auto& one : readers_)
    one.join();
  const auto end = steady::now() + limit;
  while (world_.clients > 0 || world_.subscribers > 0) {
    if (steady::now() > end)
      return false;
    audit_the_deserted();
    std::this_thread::sleep_for(10ms);
  }
  audit_the_deserted();
  // These are under way, and stay so.
  for (const auto& one : world_.stations)
    audit_one(*one->current());
  return retired_.empty();
}

double supervisor::seconds() const {
  return std::chrono::duration<double>{steady::now() - start_}.count();
}

void supervisor::replace_one_if_due() {
  const auto now = steady::now();
  if (now < next_replacement_)
    return;
  next_replacement_ = now + random_.up_to(longest_reign);
  const auto& where = world_.stations[random_() % world_.stations.size()];
  auto old = where->replace();
  ++world_.found.lives;
  retire(old->bearer);
  retired_.push_back(std::move(old));
}

void supervisor::retire(const bearer::handle& whom) {
  if (random_.one_in(3))
    whom.stop();
  else if (random_.one_in(2))
    whom.close(random_.up_to(200ms));
  // Else it ends when the last of its users has gone.
}

void supervisor::send_subscribers() {
  while (world_.subscribers < subscribers_at_a_time)
    spawn_subscriber(sys_, world_, subscribers_++);
}

void supervisor::audit_the_deserted() {
  const auto deserted
    = std::partition(retired_.begin(), retired_.end(),
                     [](const auto& one) { return one->visitors > 0; });
  std::for_each(deserted, retired_.end(),
                [this](const auto& one) { audit_one(*one); });
  retired_.erase(deserted, retired_.end());
}

void supervisor::audit_one(const life& of) {
  of.counts->tokens += of.seen.tokens;
  of.counts->fast_reads += of.seen.fast_reads;
  if (auto text = audit(of); disagreement_.empty())
    disagreement_ = std::move(text);
}

void supervisor::look_at_resources() {
  const auto now = steady::now();
  if (now < next_look_)
    return;
  next_look_ = now + look_period;
  history_.add(resources_now(seconds()), seconds() >= warm_up_seconds);
}

} // namespace stress
