/// The main job on real input: a separate process keeps rewriting a token file,
/// not always well; a bearer keeps the token fresh; a thousand actors fetch it
/// all the time. Shows what happens, and fails if any of them got an expired
/// token or no answer.

#include <bearer/bearer.hpp>
#include <bearer/meta_objects.hpp>
#include <bearer/source/file_source.hpp>

#include "support/child_process.hpp"
#include "support/interrupts.hpp"
#include "support/text.hpp"
#include "support/timeline.hpp"

#include <caf/exec_main.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include "clients.hpp"
#include "config.hpp"
#include "private_folder.hpp"
#include "summary.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;

/// For tokens that live three seconds rather than an hour.
bearer::renewal_settings settings_for_short_lives() {
  auto result = bearer::renewal_settings{};
  // Nobody gets a token in the last fifth of its life: with so many clients for
  // so few processors, it may be under way for long.
  result.lifetime_safe_fraction = 0.6;
  result.initial_retry_timeout = 200ms;
  result.max_retry_timeout = 1s;
  result.refresh_request_timeout = 1s;
  return result;
}

caf::expected<bearer::handle> spawn_bearer(caf::actor_system& sys,
                                           const std::string& token_file) {
  // A file does not say when it will be replaced, so look often.
  auto options = bearer::file_source_options{};
  options.refresh_period = 500ms;
  return bearer::spawn(sys, bearer::file_source(sys, token_file, options),
                       settings_for_short_lives());
}

std::vector<caf::actor>
spawn_clients(caf::actor_system& sys, const bearer::handle& tokens,
              std::size_t count,
              std::shared_ptr<file_demo::tally_collector> to) {
  auto result = std::vector<caf::actor>{};
  for (auto i = std::size_t{0}; i < count; ++i) {
    // One in fifty shows that giving up disturbs nobody else.
    const auto timeout = i % 50 == 49 ? caf::timespan{file_demo::impatience}
                                      : caf::timespan{file_demo::patience};
    result.push_back(file_demo::spawn_client(sys, tokens, timeout, to));
  }
  return result;
}

/// @returns whether all clients got the answers that they were waiting for.
bool finish(caf::scoped_actor& self, const std::vector<caf::actor>& clients,
            file_demo::tally_collector& results) {
  for (const auto& client : clients)
    self->anon_send(client, bearer::stop_atom_v);
  if (results.wait_for(clients.size(), file_demo::patience + 15s))
    return true;
  // They would keep the actor system, and us, from ending.
  for (const auto& client : clients)
    caf::anon_send_exit(client, caf::exit_reason::kill);
  return false;
}

bool run(caf::actor_system& sys, const file_demo::config& config) {
  const auto start = caf::make_timestamp();
  auto folder = file_demo::private_folder{};
  const auto file = folder.path() / "token";
  auto rotator = example::child_process{
    example::beside_this_program("token-rotator"), {file.string()}};
  auto tokens = spawn_bearer(sys, file.string());
  if (!tokens) {
    std::fprintf(stderr, "file_demo: %s\n", to_string(tokens.error()).c_str());
    return false;
  }
  std::printf("%s receivers fetch all the time for %u seconds, while another "
              "process rewrites\n%s, not always well.\n\n",
              example::number_text(config.receivers).c_str(), config.seconds,
              file.c_str());
  auto self = caf::scoped_actor{sys};
  const auto duration = std::chrono::seconds{config.seconds};
  auto timeline = example::spawn_timeline(sys, start, duration);
  // Before the first fetch, so that the timeline is complete.
  tokens->subscribe(timeline.listener);
  auto results = std::make_shared<file_demo::tally_collector>();
  auto clients = spawn_clients(sys, *tokens, config.receivers, results);
  example::sleep_until(std::chrono::steady_clock::now() + duration);
  auto result = file_demo::run_result{};
  result.clients_ended = finish(self, clients, *results);
  result.duration = caf::make_timestamp() - start;
  // Not before, since clients may have been waiting for a token.
  result.rotator_worked = rotator.stop();
  tokens->close(1s);
  result.events = example::finish(timeline);
  result.clients = results->total();
  result.bearer = tokens->status();
  return file_demo::print_summary(result);
}

int caf_main(caf::actor_system& sys, const file_demo::config& config) {
  // The first one is our own name.
  if (!config.valid() || config.c_args_remainder().first > 1) {
    std::fputs("file_demo: invalid arguments, see --help\n", stderr);
    return EXIT_FAILURE;
  }
  try {
    return run(sys, config) ? EXIT_SUCCESS : EXIT_FAILURE;
  } catch (const std::exception& ex) {
    std::fprintf(stderr, "file_demo: %s\n", ex.what());
    return EXIT_FAILURE;
  }
}

} // namespace

int main(int argc, char** argv) {
  // What CAF_MAIN does, save that the threads of the actor system must not get
  // the signals that the main thread waits for.
  example::hold_interrupts();
  bearer::init_global_meta_objects();
  return caf::exec_main(caf_main, argc, argv);
}
