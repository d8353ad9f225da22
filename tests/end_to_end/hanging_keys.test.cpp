#include "support/eventually.hpp"
#include "support/hanging_folder.hpp"
#include "support/thread_count.hpp"
#include "support/time_of.hpp"

#include "end_to_end/outcome.hpp"

#include <chrono>
#include <memory>
#include <string>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// A server with a client whose key is in a file that cannot be read.
struct scene {
  /// The client with the key from elsewhere.
  oauth2::options client() const {
    return keyed_client(*world, signing_with(key, oauth2::algorithm::es256));
  }

  /// The client with the key from the file.
  oauth2::options hanging_client() const {
    auto signer = oauth2::signing_key{};
    signer.file = folder->path("key.pem");
    signer.algorithm = oauth2::algorithm::es256;
    return keyed_client(*world, signer);
  }

  handle spawn_hanging() const {
    auto settings = quick();
    settings.refresh_request_timeout = 100ms;
    return world->spawn(hanging_client(), settings);
  }

  std::unique_ptr<hanging_folder> folder = hanging_folder_or_skip();
  key_ptr key = make_ec_key("P-256");
  std::unique_ptr<oauth_world> world
    = std::make_unique<oauth_world>(keyed(key, "ES256"));
};

} // namespace

TEST_CASE("a key file that hangs holds up nobody who does not need it",
          "[oauth2][end_to_end][I7]") {
  scene it;
  const auto stuck = it.spawn_hanging();
  const auto err = error_of(stuck.fetch(once()));
  CHECK(err == errc::attempt_timed_out);
  CHECK(it.world->spawn(it.client()).fetch());
  CHECK(it.world->token_requests() == 1);
}

TEST_CASE("a key file that hangs takes a bounded number of threads",
          "[oauth2][end_to_end]") {
  scene it;
  const auto before = thread_count();
  const auto stuck = it.spawn_hanging();
  for (auto i = 0; i < 30; ++i)
    CHECK(error_of(stuck.fetch(once())) == errc::attempt_timed_out);
  CHECK(thread_count() <= before + 20);
  // And gives them back.
  it.folder->recover();
  it.folder->write("key.pem", to_pem(it.key));
  CHECK(it.world->present(must(stuck.fetch())) == 200);
  CHECK(eventually([&] { return thread_count() <= before + 3; }));
}

TEST_CASE("a key file that hangs holds up no end", "[oauth2][end_to_end]") {
  scene it;
  CHECK(error_of(it.spawn_hanging().fetch(once())) == errc::attempt_timed_out);
  CHECK(time_of([&] { it.world.reset(); }) < 1s);
}
