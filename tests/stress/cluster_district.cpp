#include <bearer/remote/connect.hpp>
#include <bearer/remote/publish.hpp>

#include <caf/actor_system_config.hpp>
#include <caf/io/middleman.hpp>

#include "districts.hpp"
#include "issuer.hpp"
#include "random.hpp"
#include "sources.hpp"

#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>

namespace stress {

namespace {

using namespace std::chrono_literals;

using steady = std::chrono::steady_clock;

/// How long the bearer is published, and how long it is not, at most.
constexpr auto longest_connection = 6s;
constexpr auto longest_outage = 1s;

/// Replicas call the end of a token what their owner begins its margin with,
/// which is a fifth of the lifetime or more.
constexpr auto margin = lifetime / 6;

struct node_config : caf::actor_system_config {
  node_config() {
    load<caf::io::middleman>();
  }
};

template <class T>
T must(caf::expected<T> what) {
  if (!what)
    throw std::runtime_error("cluster: " + to_string(what.error()));
  return std::move(*what);
}

/// The owner of the replicas, in an actor system of its own, and the network
/// between them, which breaks now and then.
class cluster_district : public district {
public:
  explicit cluster_district(std::uint64_t seed) : random_(seed) {
    // nop
  }

  void found(caf::actor_system& sys, world& in) override {
    node_.emplace();
    owner_ = must(spawn_ahead(node_->sys, random_() | 1U));
    way_ = must(bearer::remote::publish(owner_, 0));
    const auto owner = bearer::remote::address{"127.0.0.1", way_.port()};
    port_ = owner.port;
    next_change_ = steady::now() + longest_connection;
    in.add(
      sys, "replica",
      [&sys, owner] {
        return bearer::remote::connect(sys, owner, short_lived());
      },
      margin);
  }

  void tick() override {
    if (steady::now() < next_change_)
      return;
    if (way_.port() != 0) {
      way_.unpublish();
      next_change_ = steady::now() + random_.up_to(longest_outage);
    } else if (auto again = bearer::remote::publish(owner_, port_)) {
      way_ = std::move(*again);
      next_change_ = steady::now() + random_.up_to(longest_connection);
    }
    // Else somebody has the port for the moment.
  }

  bool end() override {
    way_ = {};
    owner_ = {};
    node_.reset();
    return true;
  }

private:
  struct node {
    node_config config;
    caf::actor_system sys{config};
  };

  small_random random_;
  std::optional<node> node_;
  bearer::handle owner_;
  bearer::remote::published way_;
  std::uint16_t port_ = 0;
  steady::time_point next_change_;
};

} // namespace

std::unique_ptr<district> make_cluster_district(std::uint64_t seed) {
  return std::make_unique<cluster_district>(seed);
}

void load_network(caf::actor_system_config& into) {
  caf::io::middleman::init_global_meta_objects();
  into.load<caf::io::middleman>();
}

} // namespace stress
