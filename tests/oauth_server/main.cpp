/// An OAuth 2.0 server to try clients on: issues tokens, protects a resource
/// with them, and fails when it is told to. Not for anything but trying: all it
/// knows is in its memory, and one client is all it has.
///
/// Prints its URL as the first line. There are `/token`, `/resource`, and the
/// metadata of RFC 8414 and of OpenID. Then it takes commands, one a line,
/// until `quit` or the end of its standard input:
///
///     outage on|off      resets connections that ask for tokens or metadata
///     hang on|off        lets them wait
///     slow MILLISECONDS  lets them wait for so long; 0 ends that
///     faults PERCENT     lets so many of a hundred requests for tokens fail,
///                        in all kinds of ways; 0 ends that
///     revoke             ends all access tokens that were issued so far
///     login              prints a refresh token for the client
///     stats              prints what was counted, as a line of JSON
///     quit
///
/// The resource goes on all the while.

#include <bearer/meta_objects.hpp>

#include "support/oauth/fickle.hpp"
#include "support/oauth/oauth_server.hpp"
#include "support/showed_help.hpp"

#include "config.hpp"

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

using namespace bearer::test;

/// Longer than anybody waits.
constexpr auto for_ever = std::chrono::hours{24 * 365};

std::string stats_of(const oauth_counts& counts) {
  return json_object{}
    .add("token_requests", counts.token_requests)
    .add("tokens_issued", counts.tokens_issued)
    .add("resource_ok", counts.resource_ok)
    .add("resource_unauthorised", counts.resource_unauthorised)
    .add("expired_presented", counts.expired_presented)
    .add("revoked_presented", counts.revoked_presented)
    .text();
}

/// Whoever sits at the standard input. What goes wrong is one thing at a time.
class console {
public:
  console(oauth_server& server, std::string client)
    : server_(server), client_(std::move(client)) {
    // nop
  }

  ~console() {
    from_now_on(manners::properly);
  }

  console(const console&) = delete;

  console& operator=(const console&) = delete;

  /// Throws if there is no such command.
  void obey(const std::string& command) {
    if (command == "outage on")
      from_now_on(manners::resetting);
    else if (command == "outage off" || command == "hang off")
      from_now_on(manners::properly);
    else if (command == "hang on")
      delay(for_ever);
    else if (command.starts_with("slow "))
      delay(std::chrono::milliseconds{number_in(command.substr(5))});
    else if (command.starts_with("faults "))
      server_.tokens.from_now_on(manners::fickle(number_in(command.substr(7))));
    else if (command == "revoke")
      server_.authority().book().revoke_all();
    else if (command == "login")
      say(server_.authority().log_in(client_));
    else if (command == "stats")
      say(stats_of(server_.counts()));
    else
      throw std::runtime_error("no such command: " + command);
  }

  static void say(const std::string& line) {
    std::cout << line << std::endl;
  }

private:
  static std::uint32_t number_in(const std::string& text) {
    auto result = std::uint32_t{0};
    const auto* end = text.data() + text.size();
    if (std::from_chars(text.data(), end, result).ptr != end)
      throw std::runtime_error("no number: " + text);
    return result;
  }

  void delay(caf::timespan by) {
    if (by == caf::timespan::zero()) {
      from_now_on(manners::properly);
      return;
    }
    auto until = std::make_shared<gate>();
    from_now_on(manners::delayed(until, by));
    waiting_ = std::move(until);
  }

  /// Those who wait need not wait any longer.
  void from_now_on(const manner& what) {
    server_.tokens.from_now_on(what);
    server_.metadata.from_now_on(what);
    if (waiting_)
      waiting_->open();
    waiting_ = nullptr;
  }

  oauth_server& server_;
  std::string client_;
  std::shared_ptr<gate> waiting_;
};

void run(const oauth_server_config& config) {
  auto server = oauth_server{config.setup(), config.tls(), config.port};
  auto operated_by = console{server, config.client_id};
  console::say(server.issuer());
  for (auto line = std::string{}; std::getline(std::cin, line);) {
    if (line == "quit")
      return;
    try {
      operated_by.obey(line);
    } catch (const std::exception& ex) {
      std::cerr << "oauth-server: " << ex.what() << std::endl;
    }
  }
}

} // namespace

int main(int argc, char** argv) {
  // For the texts of errors.
  bearer::init_global_meta_objects();
  try {
    auto config = oauth_server_config{};
    if (auto err = config.parse(argc, argv))
      throw std::runtime_error(to_string(err));
    if (showed_help(config))
      return EXIT_SUCCESS;
    if (config.c_args_remainder().first > 1)
      throw std::runtime_error("invalid arguments, see --help");
    run(config);
    return EXIT_SUCCESS;
  } catch (const std::exception& ex) {
    std::cerr << "oauth-server: " << ex.what() << '\n';
    return EXIT_FAILURE;
  }
}
