#include <bearer/bearer.hpp>
#include <bearer/remote/connect.hpp>
#include <bearer/remote/publish.hpp>
#include <bearer/source/static_source.hpp>

#include "support/child_process.hpp"

#include "endure.hpp"
#include "scenarios.hpp"

#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>

namespace exhaustion {

namespace {

using example::child_process;

constexpr auto too_many = "Too many open files";

std::string hear(child_process& from) {
  if (auto line = from.hear(patience))
    return *line;
  throw std::runtime_error("the other node says nothing");
}

bearer::handle own_bearer(caf::actor_system& sys) {
  return *bearer::spawn(sys, bearer::static_source(sys, "abc"), hasty());
}

bearer::remote::address local(std::uint16_t port) {
  return {"127.0.0.1", port};
}

/// A replica has no descriptor to connect with.
bool connect(caf::actor_system& sys) {
  auto owner = child_process{EXHAUSTION_NODE, {"owner"}};
  const auto port = static_cast<std::uint16_t>(std::stoul(hear(owner)));
  const auto replica = bearer::remote::connect(sys, local(port), hasty());
  auto what = no_descriptors{};
  return expect(bool{replica}, "cannot make a replica")
         && endure(*replica, what, {to_string(local(port)), too_many});
}

/// An owner has none to listen with.
bool publish(caf::actor_system& sys) {
  const auto bearer = own_bearer(sys);
  auto what = no_descriptors{};
  what.begin();
  const auto in_vain = bearer::remote::publish(bearer, 0);
  what.end();
  if (!expect(!in_vain, "published without a descriptor"))
    return false;
  std::printf("%s\n", to_string(in_vain.error()).c_str());
  const auto kept = bearer::remote::publish(bearer, 0);
  if (!expect(bool{kept}, "cannot publish when all is well again"))
    return false;
  auto replica = child_process{EXHAUSTION_NODE,
                               {"replica", std::to_string(kept->port())}};
  return expect(replica.stop(), "a replica gets nothing");
}

/// An owner has none for those who connect.
bool accept(caf::actor_system& sys) {
  const auto bearer = own_bearer(sys);
  const auto kept = bearer::remote::publish(bearer, 0);
  if (!expect(bool{kept}, "cannot publish"))
    return false;
  auto what = no_descriptors{};
  auto replica = child_process{EXHAUSTION_NODE,
                               {"replica", std::to_string(kept->port())}};
  what.begin();
  replica.tell("");
  const auto error = hear(replica);
  what.end();
  std::printf("%s\n", error.c_str());
  auto result = names_all(error, {to_string(local(kept->port()))});
  return expect(replica.stop(), "who waited at a replica got nothing")
         && result;
}

} // namespace

scenarios remote_scenarios() {
  return {
    {"descriptors-accept", accept},
    {"descriptors-connect", connect},
    {"descriptors-publish", publish},
  };
}

} // namespace exhaustion
