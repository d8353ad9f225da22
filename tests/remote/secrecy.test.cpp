#include <bearer/bearer.hpp>
#include <bearer/source/function_source.hpp>

#include "support/canary.hpp"
#include "support/numbered_source.hpp"
#include "support/real_sources.hpp"
#include "support/temp_folder.hpp"

#include <caf/deep_to_string.hpp>
#include <caf/message.hpp>

#include "remote/support/node.hpp"
#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// A node that logs all that CAF has to say.
struct talkative_node {
  struct talkative : node_config {
    explicit talkative(const std::string& path) {
      set("caf.logger.file.path", path);
      set("caf.logger.file.verbosity", "trace");
      set("caf.logger.file.excluded-components", std::vector<std::string>{});
      set("caf.logger.console.verbosity", "quiet");
    }
  };

  explicit talkative_node(const std::string& path) : config(path) {
    // nop
  }

  talkative config;
  caf::actor_system sys{config};
};

std::string content_of(const std::string& path) {
  auto in = std::ifstream{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

} // namespace

TEST_CASE("what nodes say to each other shows no secret to people",
          "[remote][I19]") {
  auto found = remote::answer{};
  found.granted = make_token(canary);
  for (const auto& text : {caf::deep_to_string(found), json(found),
                           to_string(caf::make_message(found))}) {
    CAPTURE(text);
    CHECK_FALSE(text.empty());
    CHECK_FALSE(shows(text));
  }
}

TEST_CASE("neither node's log shows a secret at any level", "[remote][I19]") {
  temp_folder folder;
  const auto here_log = folder.path("here.log");
  const auto there_log = folder.path("there.log");
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
  if (!std::filesystem::exists(here_log))
    SKIP("this CAF was built without logging, which leaves no log to look at");
  for (const auto& path : {here_log, there_log}) {
    const auto log = content_of(path);
    CHECK(contains(log, "bearer."));
    CHECK_FALSE(shows(log));
  }
}
