#include "scenario.hpp"

#include <bearer/bearer.hpp>
#include <bearer/source/bearer_source.hpp>
#include <bearer/source/command_source.hpp>
#include <bearer/source/environment_source.hpp>
#include <bearer/source/file_source.hpp>
#include <bearer/source/function_source.hpp>
#include <bearer/source/static_source.hpp>

#include "private_pages.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace memory_scan {

namespace {

using bearer::any_source;
using caf::expected;

/// The secret in plain, between two other texts, for as long as it is needed.
class plain_text {
public:
  plain_text(const needle& secret, std::string_view before = {},
             std::string_view after = {})
    : size_(before.size() + needle::size + after.size()) {
    auto* end = std::copy(before.begin(), before.end(), pages_.data());
    secret.reveal(end);
    std::copy(after.begin(), after.end(), end + needle::size);
  }

  std::string_view view() const noexcept {
    return {pages_.data(), size_};
  }

  /// Ends with a NUL byte.
  const char* c_str() const noexcept {
    return pages_.data();
  }

private:
  private_pages pages_{4'096};
  std::size_t size_;
};

/// Writes a file without a buffer in between.
std::string write_file(const std::string& folder, const plain_text& what) {
  auto path = folder + "/token";
  const auto fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  const auto text = what.view();
  const auto written = ::write(fd, text.data(), text.size());
  ::close(fd);
  if (written != static_cast<ssize_t>(text.size()))
    throw std::system_error(errno, std::system_category(), path);
  return path;
}

plain_text json(const needle& secret) {
  return {secret, R"({"expires_in": 3600, "access_token": ")",
          R"(", "token_type": "Bearer"})"};
}

/// What an application does that keeps no copy.
bearer::token to_token(const needle& secret) {
  const auto text = plain_text{secret};
  auto result = bearer::token{};
  result.access_token = bearer::secret{text.view()};
  return result;
}

expected<any_source> with_function(caf::actor_system& sys, const needle& secret,
                                   const std::string&) {
  return bearer::function_source(sys, [secret] { return to_token(secret); });
}

expected<any_source> with_inner_bearer(caf::actor_system& sys,
                                       const needle& secret,
                                       const std::string& folder) {
  auto inner = bearer::spawn(sys, with_function(sys, secret, folder));
  if (!inner)
    return inner.error();
  return bearer::bearer_source(sys, inner->actor());
}

expected<any_source> with_static(caf::actor_system& sys, const needle& secret,
                                 const std::string&) {
  const auto text = plain_text{secret};
  return bearer::static_source(sys, text.view());
}

expected<any_source> with_file(caf::actor_system& sys, const needle& secret,
                               const std::string& folder) {
  return bearer::file_source(sys, write_file(folder, {secret, " \n", "\n"}));
}

expected<any_source> with_json_file(caf::actor_system& sys,
                                    const needle& secret,
                                    const std::string& folder) {
  return bearer::file_source(sys, write_file(folder, json(secret)));
}

/// The parser stops in the middle of the secret.
expected<any_source> with_broken_file(caf::actor_system& sys,
                                      const needle& secret,
                                      const std::string& folder) {
  const auto text = plain_text{secret, R"({"access_token": ")",
                               "\\uZZZZ and more"};
  return bearer::file_source(sys, write_file(folder, text));
}

expected<any_source> with_shell(caf::actor_system& sys,
                                const std::string& script,
                                const std::string& file) {
  return bearer::command_source(sys, {"/bin/sh", "-c", script, file});
}

expected<any_source> with_command(caf::actor_system& sys, const needle& secret,
                                  const std::string& folder) {
  return with_shell(sys, "cat \"$0\"", write_file(folder, {secret}));
}

expected<any_source> with_json_command(caf::actor_system& sys,
                                       const needle& secret,
                                       const std::string& folder) {
  return with_shell(sys, "cat \"$0\"", write_file(folder, json(secret)));
}

/// Its error quotes what it printed, without the secret.
expected<any_source> with_failing_command(caf::actor_system& sys,
                                          const needle& secret,
                                          const std::string& folder) {
  return with_shell(sys, "cat \"$0\"; echo it was: >&2; cat \"$0\" >&2; exit 1",
                    write_file(folder, {secret}));
}

expected<any_source> with_environment(caf::actor_system& sys,
                                      const needle& secret,
                                      const std::string&) {
  const auto text = plain_text{secret};
  ::setenv("MEMORY_SCAN_TOKEN", text.c_str(), 1);
  return bearer::environment_source(sys, "MEMORY_SCAN_TOKEN");
}

} // namespace

const std::vector<scenario>& all_scenarios() {
  constexpr auto pipes = "the pipe in the kernel, the program's own memory";
  static const auto result = std::vector<scenario>{
    {"function", with_function, "", false, ""},
    {"inner-bearer", with_inner_bearer, "", false, ""},
    {"static", with_static, "", true, ""},
    {"file", with_file, "", false, "the page cache"},
    {"json-file", with_json_file, "", false, "the page cache"},
    {"broken-file", with_broken_file, "broken JSON at byte 50", false,
     "the page cache"},
    {"command", with_command, "", false, pipes},
    {"json-command", with_json_command, "", false, pipes},
    {"failing-command", with_failing_command, "it was: <redacted>", false,
     pipes},
    {"environment", with_environment, "", true,
     "environ, which is in the heap"},
  };
  return result;
}

} // namespace memory_scan
