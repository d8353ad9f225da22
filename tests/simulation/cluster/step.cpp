#include "simulation/cluster/step.hpp"

#include <caf/deep_to_string.hpp>

#include "simulation/text.hpp"

#include <array>
#include <string_view>

namespace bearer::sim::cluster {

namespace {

constexpr auto step_names = std::to_array<std::string_view>(
  {"deliver", "settle", "pass", "stall", "source", "fetch", "reject", "read",
   "request_renewal", "skew", "stop", "cut", "mute", "mend", "restart",
   "change_second", "replace"});

static_assert(step_names.size() == std::variant_size_v<step>);

std::string place(std::size_t at) {
  return "node " + std::to_string(at % nodes);
}

struct writer {
  std::string operator()(const steps::fetch& x) const {
    auto result = named("fetch", x.at);
    if (x.renew_required)
      result += " renew_required";
    if (x.report_error)
      result += " report_error";
    if (x.newer)
      result += " newer";
    if (x.timeout)
      result += " timeout " + caf::deep_to_string(*x.timeout);
    return result;
  }

  std::string operator()(const steps::reject& x) const {
    return named("reject", x.at);
  }

  std::string operator()(const steps::read& x) const {
    return named("read", x.at);
  }

  std::string operator()(const steps::request_renewal& x) const {
    return named("request_renewal", x.at);
  }

  std::string operator()(const steps::skew& x) const {
    return named("skew", x.at) + " " + caf::deep_to_string(x.by);
  }

  std::string operator()(const steps::stop& x) const {
    return named("stop", x.at);
  }

  std::string operator()(const steps::cut& x) const {
    return named("cut", x.at);
  }

  std::string operator()(const steps::mute& x) const {
    return named("mute", x.at);
  }

  std::string operator()(const steps::mend& x) const {
    return named("mend", x.at);
  }

  std::string operator()(const steps::restart&) const {
    return "restart";
  }

  std::string operator()(const steps::change_second&) const {
    return "change_second";
  }

  std::string operator()(const steps::replace& x) const {
    return named("replace", x.at);
  }

  /// One that single bearers know as well.
  template <class T>
  std::string operator()(const T& x) const {
    return sim::to_string(sim::step{x});
  }

private:
  static std::string named(std::string_view what, std::size_t at) {
    return std::string{what} + " at " + place(at);
  }
};

} // namespace

std::string name_of(const step& what) {
  return std::string{step_names.at(what.index())};
}

std::vector<std::string> names() {
  return {step_names.begin(), step_names.end()};
}

std::string to_string(const step& what) {
  return std::visit(writer{}, what);
}

} // namespace bearer::sim::cluster
