#include <bearer/bearer.hpp>
#include <bearer/source/function_source.hpp>

#include "support/canary.hpp"
#include "support/real_time.hpp"
#include "support/scripted_source.hpp"

#include <caf/actor_system.hpp>

#include "log/log_file.hpp"
#include "remote/support/node.hpp"
#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <string>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

struct talkative_node {
  struct talkative : node_config {
    explicit talkative(const log_file& into) {
      into.set_up(*this);
    }
  };

  explicit talkative_node(const log_file& into) : config(into) {
    // nop
  }

  talkative config;
  caf::actor_system sys{config};
};

} // namespace

TEST_CASE("neither node's log shows a secret at any level", "[remote][I19]") {
  const log_file here_log;
  const log_file there_log;
  {
    talkative_node here{here_log};
    talkative_node there{there_log};
    auto bearer = must(
      spawn(there.sys,
            function_source(there.sys,
                            [calls = std::make_shared<int>(0)] {
                              // A secret with a number at its end, so that
                              // there is a newer one.
                              return make_token(std::string{canary}
                                                + std::to_string(++*calls));
                            }),
            quick()));
    auto published = must(remote::publish(bearer, 0));
    auto replica
      = must(remote::connect(here.sys, local(published.port()), quick()));
    const auto first = must(replica.fetch());
    replica.reject(first.generation);
    CHECK(must(replica.fetch()).generation.count == 2);
    published.unpublish();
    replica.request_renewal();
    auto opts = fetch_options{};
    opts.renew_required = true;
    opts.report_error = true;
    const auto err = error_of(replica.fetch(opts));
    CHECK_FALSE(shows(caf::to_string(err)));
  }
  for (const auto* file : {&here_log, &there_log}) {
    const auto log = file->content();
    CHECK(contains(log, "bearer."));
    CHECK_FALSE(shows(log));
  }
}
