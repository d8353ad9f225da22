#include "token_node/two_networks.hpp"

#include "support/program.hpp"

#include <stdexcept>
#include <system_error>
#include <utility>

#include <unistd.h>

namespace bearer::test {

namespace {

using words = std::vector<std::string>;

using side = two_networks::side;

constexpr auto cable = "cable";

/// Whom no packet reaches.
constexpr auto nobody = "02:00:00:00:00:99";

std::string hardware_address(side of) {
  return of == side::left ? "02:00:00:00:00:01" : "02:00:00:00:00:02";
}

side other(side than) {
  return than == side::left ? side::right : side::left;
}

/// Runs a command.
/// @returns what it complains of.
std::optional<std::string> attempt(words command) {
  const auto text = command[0] + ' ' + command[1];
  try {
    const auto got = run_to_end(std::move(command));
    if (got.exit_status == 0)
      return std::nullopt;
    return text + ": " + got.err;
  } catch (const std::system_error& ex) {
    return ex.what();
  }
}

void must(words command) {
  if (const auto complaint = attempt(std::move(command)))
    throw std::runtime_error(*complaint);
}

words operator+(words x, const words& y) {
  x.insert(x.end(), y.begin(), y.end());
  return x;
}

std::string new_stem() {
  static auto count = 0;
  return "bearer-" + std::to_string(::getpid()) + '-' + std::to_string(++count);
}

/// Only once the first one is there, there is something to take away.
void remove(const std::string& name) {
  attempt({"ip", "netns", "del", name});
}

} // namespace

two_networks::two_networks() {
  make([this] {
    must(words{"ip", "link", "add", "name", cable, "address",
               hardware_address(side::left), "netns", name(side::left), "type",
               "veth"}
         + words{"peer", "name", cable, "address",
                 hardware_address(side::right), "netns", name(side::right)});
  });
}

two_networks::two_networks(const bad_wire::quality& how) {
  make([&] {
    wire_ = std::make_unique<bad_wire>(name(side::left), name(side::right),
                                       cable, how);
  });
}

template <class F>
void two_networks::make(F lay_cable) {
  stem_ = new_stem();
  const auto left = name(side::left);
  const auto right = name(side::right);
  try {
    must({"ip", "netns", "add", left});
    must({"ip", "netns", "add", right});
    lay_cable();
    for (const auto where : {side::left, side::right}) {
      must({"ip", "-n", name(where), "addr", "add", address(where) + "/24",
            "dev", cable});
      must({"ip", "-n", name(where), "link", "set", "lo", "up"});
      must({"ip", "-n", name(where), "link", "set", cable, "up"});
    }
  } catch (...) {
    remove(left);
    remove(right);
    throw;
  }
}

two_networks::~two_networks() {
  wire_.reset();
  remove(name(side::left));
  remove(name(side::right));
}

words two_networks::in(side where, words command) const {
  return words{"ip", "netns", "exec", name(where)} + command;
}

void two_networks::cut() const {
  must({"ip", "-n", name(side::left), "link", "set", cable, "down"});
}

void two_networks::mend() const {
  must({"ip", "-n", name(side::left), "link", "set", cable, "up"});
}

void two_networks::swallow(side from) const {
  set_neighbour(from, nobody);
}

void two_networks::deliver(side from) const {
  set_neighbour(from, hardware_address(other(from)));
}

std::optional<std::string> two_networks::shape(const words& discipline) const {
  for (const auto where : {side::left, side::right})
    if (auto complaint = attempt(
          words{"tc", "-n", name(where), "qdisc", "add", "dev", cable, "root"}
          + discipline))
      return complaint;
  return std::nullopt;
}

std::string two_networks::name(side of) const {
  return stem_ + (of == side::left ? "-left" : "-right");
}

void two_networks::set_neighbour(side of,
                                 const std::string& hardware_address) const {
  must({"ip", "-n", name(of), "neigh", "replace", address(other(of)), "lladdr",
        hardware_address, "dev", cable, "nud", "permanent"});
}

} // namespace bearer::test
