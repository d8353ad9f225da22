#include "end_to_end/outcome.hpp"
#include "end_to_end/over_wire.hpp"
#include <catch2/generators/catch_generators.hpp>

#include <atomic>
#include <memory>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// The machine's wall clock, set wrong by so much.
class wrong_clock {
public:
  explicit wrong_clock(caf::timespan by = {}) {
    set(by);
  }

  void set(caf::timespan by) {
    *by_ = by.count();
  }

  caf::timestamp operator()() const {
    return caf::make_timestamp() + caf::timespan{*by_};
  }

private:
  std::shared_ptr<std::atomic<caf::timespan::rep>> by_
    = std::make_shared<std::atomic<caf::timespan::rep>>();
};

handle spawn_with(oauth_world& it, oauth2::options options,
                  const wrong_clock& clock) {
  options.clock = clock;
  auto more = spawn_options{};
  more.clock = clock;
  return it.spawn(std::move(options), quick_unless_permanent(),
                  std::move(more));
}

} // namespace

TEST_CASE("a client whose clock is wrong gets tokens that last",
          "[oauth2][end_to_end]") {
  const auto over = GENERATE(wire::plain, wire::tls);
  CAPTURE(over);
  for (const auto by : {caf::timespan{-48h}, caf::timespan{48h}}) {
    wired_world it{over};
    const auto clock = wrong_clock{by};
    const auto api = spawn_with(it, it.client(), clock);
    const auto token = must(api.fetch());
    CHECK(it.present(token) == 200);
    CHECK(token.expires_at > clock() + 50min);
    CHECK(token.expires_at < clock() + 70min);
    CHECK(must(api.fetch()).generation == token.generation);
    CHECK(it.token_requests() == 1);
  }
}

TEST_CASE("a client whose clock jumps over the end of its token gets a new one",
          "[oauth2][end_to_end]") {
  const auto over = GENERATE(wire::plain, wire::tls);
  CAPTURE(over);
  wired_world it{over};
  auto clock = wrong_clock{};
  const auto api = spawn_with(it, it.client(), clock);
  const auto token = must(api.fetch());
  clock.set(2h);
  CHECK(must(api.fetch()).generation.count > token.generation.count);
  CHECK(it.token_requests() == 2);
}

TEST_CASE("a server whose clock is ahead refuses tokens early, which costs one"
          " renewal",
          "[oauth2][end_to_end]") {
  const auto over = GENERATE(wire::plain, wire::tls);
  CAPTURE(over);
  auto clock = wrong_clock{};
  auto setup = with_canary();
  setup.clock = clock;
  wired_world it{over, setup};
  const auto api = it.spawn(quick_unless_permanent());
  const auto token = must(api.fetch());
  clock.set(2h);
  CHECK(it.present(token) == 401);
  CHECK(it.server.counts().expired_presented == 1);
  api.reject(token.generation);
  CHECK(it.present(must(api.fetch())) == 200);
  CHECK(it.token_requests() == 2);
}

TEST_CASE("an assertion by a wrong clock is refused until the clock is right",
          "[oauth2][end_to_end]") {
  const auto over = GENERATE(wire::plain, wire::tls);
  CAPTURE(over);
  const auto key = make_ec_key("P-256");
  auto setup = oauth_setup{};
  auto& client = setup.clients[0];
  client.methods = {client_method::private_key_jwt};
  client.key = {to_public_pem(key), "ES256", {}};
  struct row {
    caf::timespan by;
    const char* complaint;
  };
  for (const auto& x : {row{-1h, "expired"}, row{1h, "in the future"}}) {
    wired_world it{over, setup};
    auto options = it.client();
    auto how = oauth2::private_key_jwt{};
    how.key = signing_with(key, oauth2::algorithm::es256);
    options.authentication = how;
    auto clock = wrong_clock{x.by};
    const auto api = spawn_with(it, options, clock);
    const auto err = error_of(api.fetch(once()));
    CHECK(is_permanent(err));
    CHECK(refusal_of(err).value().error == "invalid_client");
    CHECK(contains(refusal_of(err)->description, x.complaint));
    clock.set({});
    CHECK(it.present(must(api.fetch(once()))) == 200);
    CHECK(it.token_requests() == 2);
  }
}
