#include "end_to_end/over_wire.hpp"
#include <catch2/generators/catch_generators.hpp>

#include <thread>
#include <utility>
#include <vector>

using namespace bearer;
using namespace bearer::test;

TEST_CASE("a mass revocation that many notice costs one token request",
          "[oauth2][end_to_end]") {
  const auto over = GENERATE(wire::plain, wire::tls);
  CAPTURE(over);
  wired_world it{over};
  const auto api = it.spawn();
  const auto old = must(api.fetch());
  it.server.authority().book().revoke_all();
  // What each of them got with the old token, and then with the new one.
  auto statuses = std::vector<std::pair<int, int>>(8);
  auto threads = std::vector<std::thread>{};
  for (auto& [before, after] : statuses)
    threads.emplace_back([&] {
      before = it.present(old);
      // As if there had been several requests under way.
      for (auto i = 0; i < 20; ++i)
        api.reject(old.generation);
      after = it.present(must(api.fetch()));
    });
  for (auto& thread : threads)
    thread.join();
  CHECK(statuses == std::vector(8, std::pair{401, 200}));
  CHECK(it.token_requests() == 2);
  CHECK(it.server.counts().revoked_presented == 8);
  CHECK(it.server.counts().resource_ok == 8);
}

TEST_CASE("a late complaint about a token that was replaced costs nothing",
          "[oauth2][end_to_end]") {
  const auto over = GENERATE(wire::plain, wire::tls);
  CAPTURE(over);
  wired_world it{over};
  const auto api = it.spawn();
  const auto old = must(api.fetch());
  it.server.authority().book().revoke_all();
  api.reject(old.generation);
  const auto fresh = must(api.fetch());
  for (auto i = 0; i < 100; ++i)
    api.reject(old.generation);
  CHECK(must(api.fetch()).generation == fresh.generation);
  CHECK(it.present(fresh) == 200);
  CHECK(it.token_requests() == 2);
  CHECK(api.status().stale_rejections == 100);
}

TEST_CASE("a revocation in an outage gives nobody the revoked token",
          "[oauth2][end_to_end]") {
  const auto over = GENERATE(wire::plain, wire::tls);
  CAPTURE(over);
  wired_world it{over};
  const auto api = it.spawn();
  const auto old = must(api.fetch());
  it.server.authority().book().revoke_all();
  it.server.refuse_connections();
  api.reject(old.generation);
  auto told = fetch_options{};
  told.report_error = true;
  CHECK(error_of(api.fetch(told)) == errc::connection_failed);
  it.server.accept_connections();
  CHECK(it.present(must(api.fetch())) == 200);
  CHECK(it.server.counts().revoked_presented == 0);
  CHECK(it.token_requests() == 2);
}
