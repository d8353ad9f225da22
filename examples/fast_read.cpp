/// Reading the token for each request without a message, on threads that are no
/// actors.

#include <bearer/bearer.hpp>
#include <bearer/meta_objects.hpp>
#include <bearer/reader.hpp>
#include <bearer/source/function_source.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/timestamp.hpp>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;

/// Stands for asking a server that issues tokens for an hour.
bearer::token log_in() {
  auto result = bearer::token{};
  result.access_token = bearer::secret{"from-the-login-server"};
  result.expires_at = caf::make_timestamp() + 1h;
  return result;
}

/// Stands for a request; says whether the server took the token.
bool send(const bearer::token& with) {
  return with.access_token.view() == "from-the-login-server";
}

/// A client with a reader of its own makes requests.
void work(const bearer::handle& api, std::atomic<int>& requests) {
  auto reader = api.reader();
  for (int i = 0; i < 1000; ++i) {
    if (const auto* token = reader.read()) {
      if (send(*token))
        ++requests;
      else
        reader.reject();
      continue;
    }
    // There was nothing to read: a fetch waits until there is.
    if (auto fetched = api.fetch(); fetched && send(*fetched))
      ++requests;
  }
}

} // namespace

int main() {
  bearer::init_global_meta_objects();
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
  auto api = bearer::spawn(sys, bearer::function_source(sys, log_in));
  if (!api) {
    std::cerr << "cannot spawn a bearer: " << to_string(api.error()) << '\n';
    return EXIT_FAILURE;
  }
  std::atomic<int> requests = 0;
  auto threads = std::vector<std::thread>{};
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] { work(*api, requests); });
  for (auto& thread : threads)
    thread.join();
  const auto now = api->status();
  std::cout << requests << " requests, " << now.fetches.fast_reads
            << " of them read, " << now.attempts << " login\n";
  return requests == 4000 && now.attempts == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
