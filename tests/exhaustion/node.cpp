/// The other side of a scenario, which is to have all that it needs.
///
/// exhaustion-node owner
///   publishes a bearer, prints its port, and ends with its standard input.
/// exhaustion-node replica PORT
///   connects as soon as it reads anything, prints the error of an attempt for
///   each line, and waits for a token at the end of its standard input.

#include <bearer/bearer.hpp>
#include <bearer/meta_objects.hpp>
#include <bearer/remote/connect.hpp>
#include <bearer/remote/publish.hpp>
#include <bearer/source/static_source.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include "endure.hpp"
#include "scenarios.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>

namespace {

using namespace exhaustion;

void say(const std::string& line) {
  std::cout << line << std::endl;
}

template <class T>
T must(caf::expected<T> what) {
  if (!what)
    throw std::runtime_error(to_string(what.error()));
  return std::move(*what);
}

bool own(caf::actor_system& sys) {
  const auto source = bearer::static_source(sys, "abc");
  const auto bearer = must(bearer::spawn(sys, source, hasty()));
  const auto kept = must(bearer::remote::publish(bearer, 0));
  say(std::to_string(kept.port()));
  for (auto line = std::string{}; std::getline(std::cin, line);) {
    // Goes on.
  }
  return true;
}

bool join(caf::actor_system& sys, const std::string& port) {
  // The other side is in trouble by then, not a moment later.
  std::cin.peek();
  const auto number = static_cast<std::uint16_t>(std::stoul(port));
  const auto bearer
    = must(bearer::remote::connect(sys, {"127.0.0.1", number}, hasty()));
  auto others = waiters{bearer};
  for (auto line = std::string{}; std::getline(std::cin, line);)
    say(next_error(bearer));
  return expect(bool{bearer.fetch()}, "no token when all is well again")
         && others.are_served();
}

} // namespace

int main(int argc, char** argv) {
  const auto role = std::string{argc > 1 ? argv[1] : ""};
  try {
    bearer::init_global_meta_objects();
    auto config = caf::actor_system_config{};
    load_network(config);
    auto sys = caf::actor_system{config};
    const auto went_well = role == "owner" ? own(sys) : join(sys, argv[2]);
    return went_well ? EXIT_SUCCESS : EXIT_FAILURE;
  } catch (const std::exception& ex) {
    std::fprintf(stderr, "exhaustion-node: %s\n", ex.what());
    return EXIT_FAILURE;
  }
}
