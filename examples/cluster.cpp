/// One bearer for many nodes: the owner publishes it, others connect and use
/// their handles like any other. Both nodes are in one process here.

#include <bearer/bearer.hpp>
#include <bearer/meta_objects.hpp>
#include <bearer/remote/connect.hpp>
#include <bearer/remote/publish.hpp>
#include <bearer/source/function_source.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/init_global_meta_objects.hpp>
#include <caf/io/middleman.hpp>
#include <caf/timestamp.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

namespace {

using namespace std::chrono_literals;

/// A node of the cluster. Beyond this machine it would load
/// caf::openssl::manager as well, and set caf.openssl.certificate, .key and
/// .cafile.
struct node {
  struct config : caf::actor_system_config {
    config() {
      load<caf::io::middleman>();
    }
  };

  config cfg;
  caf::actor_system sys{cfg};
};

/// Numbers its tokens.
caf::expected<bearer::any_source> log_in(caf::actor_system& sys) {
  return bearer::function_source(sys, [calls = std::make_shared<int>(0)] {
    const auto number = std::to_string(++*calls);
    std::cout << "login " << number << std::endl;
    return bearer::token{bearer::secret{"token-" + number},
                         caf::make_timestamp() + 1h};
  });
}

bool show(const std::string& who, const bearer::handle& api) {
  const auto token = api.fetch();
  if (token)
    std::cout << who << ": generation " << token->generation.count << '\n';
  else
    std::cout << who << ": " << to_string(token.error()) << '\n';
  return static_cast<bool>(token);
}

} // namespace

int main() {
  bearer::init_global_meta_objects();
  caf::io::middleman::init_global_meta_objects();
  node here;
  node there;
  auto owner = bearer::spawn(there.sys, log_in(there.sys));
  if (!owner)
    return EXIT_FAILURE;
  // Free ports are for examples; see the other parameters of publish.
  auto published = bearer::remote::publish(*owner, 0);
  if (!published) {
    std::cerr << to_string(published.error()) << '\n';
    return EXIT_FAILURE;
  }
  auto replica = bearer::remote::connect(here.sys,
                                         {"localhost", published->port()});
  if (!replica) {
    std::cerr << to_string(replica.error()) << '\n';
    return EXIT_FAILURE;
  }
  if (!show("replica", *replica) || !show("owner", *owner))
    return EXIT_FAILURE;
  // A server has refused the token, on this node: that holds for all.
  replica->reject(replica->fetch()->generation);
  return show("replica", *replica) && show("owner", *owner) ? EXIT_SUCCESS
                                                            : EXIT_FAILURE;
}
