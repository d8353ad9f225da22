#include <bearer/bearer.hpp>
#include <bearer/source/function_source.hpp>

#include "support/canary.hpp"
#include "support/real_time.hpp"
#include "support/scripted_source.hpp"
#include "support/test_ca.hpp"

#include <caf/actor_system.hpp>
#include <caf/timestamp.hpp>

#include "log/log_file.hpp"
#include "remote/support/node.hpp"
#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <string>
#include <utility>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// Has all said that CAF can say.
class talkative_config : public node_config {
public:
  explicit talkative_config(const log_file& into) {
    into.set_up(*this);
  }

  /// Over TLS.
  talkative_config(const log_file& into, test_ca& ca)
    : node_config(ca.issue(), ca.file()) {
    into.set_up(*this);
  }
};

struct talkative_node {
  template <class... Ts>
  explicit talkative_node(Ts&&... xs) : config(std::forward<Ts>(xs)...) {
    // nop
  }

  talkative_config config;
  caf::actor_system sys{config};
};

/// Two tokens, and then such that cannot be used: with a line break in it, one
/// that has expired, the last one once more.
caf::expected<token> spoil(int call) {
  const auto text = std::string{canary} + std::to_string(call);
  switch (call) {
    case 1:
    case 2:
      return make_token(text);
    case 3:
      return make_token(text + "\r\n");
    case 4:
      return token{secret{text}, caf::make_timestamp() - 1h};
    default:
      return make_token(std::string{canary} + "2");
  }
}

any_source spoiling_source(caf::actor_system& sys) {
  return function_source(sys, [calls = std::make_shared<int>(0)] {
    return spoil(++*calls);
  });
}

/// What a replica is told meanwhile shows no secret.
void live_in_two_places(caf::actor_system& here, caf::actor_system& there) {
  auto bearer = must(spawn(there, spoiling_source(there), quick()));
  auto published = must(remote::publish(bearer, 0));
  auto replica = must(remote::connect(here, local(published.port()), quick()));
  replica.reject(must(replica.fetch()).generation);
  const auto second = must(replica.fetch());
  CHECK(second.generation.count == 2);
  replica.reject(second.generation);
  auto opts = fetch_options{};
  opts.report_error = true;
  for (auto i = 0; i < 3; ++i) {
    const auto err = error_of(replica.fetch(opts));
    CHECK(err);
    CHECK_FALSE(shows(caf::to_string(err)));
  }
  published.unpublish();
  replica.request_renewal();
  opts.renew_required = true;
  CHECK_FALSE(shows(caf::to_string(error_of(replica.fetch(opts)))));
}

void check(const log_file& file) {
  const auto log = file.content();
  CHECK(contains(log, "bearer."));
  CHECK_FALSE(shows(log));
}

} // namespace

TEST_CASE("neither node's log shows a secret at any level", "[remote][I19]") {
  const log_file here_log;
  const log_file there_log;
  {
    talkative_node here{here_log};
    talkative_node there{there_log};
    live_in_two_places(here.sys, there.sys);
  }
  check(here_log);
  check(there_log);
}

TEST_CASE("neither node's log shows a secret at any level, over TLS",
          "[remote][tls][I19]") {
  const log_file here_log;
  const log_file there_log;
  test_ca ca;
  {
    talkative_node here{here_log, ca};
    talkative_node there{there_log, ca};
    live_in_two_places(here.sys, there.sys);
  }
  check(here_log);
  check(there_log);
}
