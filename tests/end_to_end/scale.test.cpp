#include <bearer/family.hpp>

#include "support/io_threads.hpp"
#include "support/thread_count.hpp"

#include "end_to_end/outcome.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace bearer;
using namespace bearer::test;

namespace {

/// How long a crowd may take, of which most waits for a connection.
constexpr auto long_patience = 4 * patience;

/// A family whose options for a key are those of a client, changed for it.
family spawn_clients(
  oauth_world& it, std::size_t max_size, const oauth2::options& client,
  std::function<void(oauth2::options&, const std::string&)> change) {
  auto settings = family_settings{};
  settings.max_size = max_size;
  settings.renewal = quick();
  settings.renewal.fetch_timeout = long_patience;
  settings.renewal.refresh_request_timeout = long_patience;
  return must(spawn_family(
    it.real.sys,
    [&it, client, change = std::move(change)](const std::string& key) {
      auto options = client;
      change(options, key);
      return oauth2_source(it.real.sys, std::move(options));
    },
    settings));
}

/// A family with a bearer for each audience.
family audiences(oauth_world& it, std::size_t max_size) {
  return spawn_clients(it, max_size, it.client(),
                       [](auto& options, const auto& key) {
                         options.audience = key;
                       });
}

/// A family with a client for each key, all of which sign with the same one.
family signing_clients(oauth_world& it, const oauth2::signing_key& key,
                       std::size_t max_size) {
  return spawn_clients(it, max_size, keyed_client(it, key),
                       [](auto& options, const auto& name) {
                         options.client_id = name;
                       });
}

/// The answers to fetches that an actor has under way.
struct crowd {
  explicit crowd(std::size_t size) : tokens(size) {
    // nop
  }

  std::vector<token> tokens;
  std::size_t failures = 0;
  std::size_t ended = 0;
  signal done;

  void note_end() {
    if (++ended == tokens.size())
      done.set();
  }
};

/// Fetches once for each member of the crowd, and then calls `asked`.
std::shared_ptr<crowd> gather(
  caf::actor_system& sys, const family& from, std::size_t count,
  const std::function<std::string(std::size_t)>& key_of,
  const std::function<void()>& asked = [] {}) {
  auto result = std::make_shared<crowd>(count);
  sys.spawn([=](caf::event_based_actor* self) {
    for (auto i = std::size_t{0}; i < count; ++i)
      from.fetch(self, key_of(i))
        .then(
          [result, i](const token& x) {
            result->tokens[i] = x;
            result->note_end();
          },
          [result](const caf::error&) {
            ++result->failures;
            result->note_end();
          });
    asked();
  });
  return result;
}

/// How many tokens are not what they should be, by what the server knows.
std::size_t count_wrong(
  oauth_world& it, const crowd& all,
  const std::function<bool(const token_rights&, std::size_t)>& right) {
  const auto& book = it.server.authority().book();
  auto result = std::size_t{0};
  for (std::size_t i = 0; i < all.tokens.size(); ++i)
    if (!right(book.rights_of(std::string{all.tokens[i].access_token.view()})
                 .value(),
               i))
      ++result;
  return result;
}

/// To one server, which has a thread for each of them.
constexpr std::size_t most_connections = 64;

} // namespace

TEST_CASE("a thousand bearers of one server share a thread and connections",
          "[oauth2][end_to_end]") {
  constexpr auto count = std::size_t{1'000};
  oauth_world it;
  auto all = std::vector<handle>{};
  for (auto i = std::size_t{0}; i < count; ++i)
    all.push_back(it.spawn());
  for (const auto& x : all)
    x.prefetch();
  auto texts = std::set<std::string>{};
  for (const auto& x : all)
    texts.emplace(must(x.fetch()).access_token.view());
  CHECK(texts.size() == count);
  CHECK(it.token_requests() == count);
  CHECK(io_threads() == 1);
  CHECK(it.server.connections() <= most_connections);
}

TEST_CASE("a family of ten thousand keys works against one server",
          "[oauth2][end_to_end]") {
  constexpr auto count = std::size_t{10'000};
  oauth_world it;
  const auto tenants = audiences(it, count);
  const auto all = gather(it.real.sys, tenants, count,
                          [](auto i) { return std::to_string(i); });
  REQUIRE(all->done.wait(long_patience));
  REQUIRE(all->failures == 0);
  CHECK(count_wrong(it, *all,
                    [](const auto& x, auto i) {
                      return x.audience == std::vector{std::to_string(i)};
                    })
        == 0);
  CHECK(it.token_requests() == count);
  CHECK(it.server.connections() <= most_connections);
  CHECK(io_threads() == 1);
}

TEST_CASE("two thousand clients of a family that sign for themselves take few"
          " threads",
          "[oauth2][end_to_end]") {
  constexpr auto count = std::size_t{2'000};
  const auto key = make_ec_key("P-256");
  auto setup = keyed(key, "ES256");
  const auto name_of = [](std::size_t i) {
    return "client-" + std::to_string(i);
  };
  const auto known = setup.clients[0];
  for (auto i = std::size_t{0}; i < count; ++i) {
    setup.clients.push_back(known);
    setup.clients.back().id = name_of(i);
  }
  oauth_world it{setup};
  const auto before = thread_count();
  const auto most = watch_threads(it.server);
  const auto clients
    = signing_clients(it, signing_with(key, oauth2::algorithm::es256), count);
  const auto all = gather(it.real.sys, clients, count, name_of);
  REQUIRE(all->done.wait(long_patience));
  REQUIRE(all->failures == 0);
  CHECK(
    count_wrong(it, *all,
                [&](const auto& x, auto i) { return x.client == name_of(i); })
    == 0);
  CHECK(it.token_requests() == count);
  CHECK(io_threads() == 1);
  CHECK(it.server.connections() <= most_connections);
  // The server's own are among them, one for each connection; then there are
  // those that sign, at most 16, and the one for HTTP.
  CHECK(most->count() <= before + most_connections + 17);
}

TEST_CASE(
  "requests that hang keep no tokens away, though the server is the same",
  "[oauth2][end_to_end]") {
  oauth_world it;
  it.server.resources.from_now_on(manners::hanging);
  // Whose connections and whose line they are.
  const auto client = http::shared_client(it.real.sys);
  auto hanging = std::vector<pending_response>{};
  for (auto i = std::size_t{0}; i < 2 * most_connections; ++i)
    hanging.emplace_back(it.real.sys, client,
                         get_request(it.server.resource()));
  REQUIRE(it.server.wait_until([](const oauth_counts& x) {
    return x.resource_requests == most_connections;
  }));
  auto options = it.client();
  options.token_endpoint.clear();
  options.issuer = it.server.issuer();
  // Before the server has had enough of those that hang.
  auto soon = fetch_options{};
  soon.timeout = patience / 2;
  CHECK(it.spawn(options).fetch(soon));
  CHECK(it.server.counts().metadata_requests == 1);
  CHECK(it.server.counts().resource_requests == most_connections);
  for (auto& x : hanging)
    x.kill();
}

TEST_CASE("a cold herd over one key is one request", "[oauth2][end_to_end]") {
  constexpr auto count = std::size_t{10'000};
  oauth_world it;
  auto answer = std::make_shared<gate>();
  it.server.tokens.from_now_on(manners::held(answer));
  const auto tenants = audiences(it, count);
  // All of them have asked before there is an answer.
  const auto herd = gather(
    it.real.sys, tenants, count, [](auto) { return "one"; },
    [answer] { answer->open(); });
  REQUIRE(herd->done.wait());
  CHECK(herd->failures == 0);
  auto generations = std::set<std::uint64_t>{};
  for (const auto& x : herd->tokens)
    generations.insert(x.generation.count);
  CHECK(generations == std::set<std::uint64_t>{1});
  CHECK(it.token_requests() == 1);
}
