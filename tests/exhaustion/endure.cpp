#include "endure.hpp"

#include <bearer/bearer.hpp>
#include <bearer/detail/caf_compat.hpp>
#include <bearer/reader.hpp>

#include <caf/scoped_actor.hpp>

#include <cstdio>
#include <utility>

namespace exhaustion {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t waiter_count = 20;

} // namespace

bool expect(bool holds, const std::string& what) {
  if (!holds)
    std::printf("FAILED: %s\n", what.c_str());
  return holds;
}

bearer::renewal_settings hasty() {
  auto result = bearer::renewal_settings{};
  // Long enough for the thread of an attempt to end before the next.
  result.initial_retry_timeout = 300ms;
  result.max_retry_timeout = 600ms;
  result.fetch_timeout = patience;
  return result;
}

std::string next_error(const bearer::handle& of) {
  auto options = bearer::fetch_options{};
  options.report_error = true;
  const auto answer = of.fetch(options);
  return answer ? "a token" : to_string(answer.error());
}

bool names_all(const std::string& error, const words& culprits) {
  auto result = true;
  for (const auto& one : culprits)
    result &= expect(error.find(one) != std::string::npos,
                     "the error does not say: " + one);
  return result;
}

// -- waiters ------------------------------------------------------------------

struct waiters::state {
  using answer = decltype(std::declval<const bearer::handle&>().fetch(
    std::declval<caf::scoped_actor&>().ptr()));

  explicit state(caf::actor_system& sys) : self(sys) {
    // nop
  }

  caf::scoped_actor self;
  std::vector<answer> owed;
};

waiters::waiters(const bearer::handle& bearer)
  : state_(std::make_unique<state>(bearer.actor().home_system())) {
  for (auto i = std::size_t{0}; i < waiter_count; ++i)
    state_->owed.push_back(bearer.fetch(state_->self.ptr()));
}

waiters::~waiters() = default;

bool waiters::are_served() {
  auto result = true;
  for (auto& one : state_->owed)
    std::move(one).receive([](const bearer::token&) { /* as it must be */ },
                           [&](const caf::error& err) {
                             result = expect(false, "who waited got "
                                                      + to_string(err));
                           });
  return result;
}

// -- trouble ------------------------------------------------------------------

bool endure(const bearer::handle& bearer, trouble& what,
            const words& culprits) {
  auto reader = bearer.reader();
  what.begin();
  if (reader.read())
    reader.reject();
  auto others = waiters{bearer};
  const auto error = next_error(bearer);
  what.settle();
  const auto again = next_error(bearer);
  what.end();
  std::printf("%s\n%s\n", error.c_str(), again.c_str());
  auto result = names_all(error, culprits) && names_all(again, culprits);
  result &= expect(bool{bearer.fetch()}, "no token when all is well again");
  return others.are_served() && result;
}

bool endure(caf::actor_system& sys, caf::expected<bearer::any_source> source,
            trouble& what, const words& culprits) {
  const auto bearer = bearer::spawn(sys, std::move(source), hasty());
  return expect(bool{bearer}, "cannot spawn")
         && endure(*bearer, what, culprits);
}

} // namespace exhaustion
