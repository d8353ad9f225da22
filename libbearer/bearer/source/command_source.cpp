#include <bearer/detail/saturating.hpp>
#include <bearer/error.hpp>
#include <bearer/source/command_source.hpp>
#include <bearer/source/detail/blocking_source.hpp>
#include <bearer/source/detail/budget.hpp>
#include <bearer/source/detail/process.hpp>
#include <bearer/source/detail/redact.hpp>
#include <bearer/source/token_text.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <utility>

#include <sys/wait.h>

namespace bearer {

namespace {

/// The most bytes of standard error in an error.
constexpr std::size_t max_quote = 512;

bool has_nul(std::string_view text) noexcept {
  return text.find('\0') != std::string_view::npos;
}

caf::error invalid(const char* what) {
  return caf::make_error(errc::invalid_setting, what);
}

caf::error check(const std::vector<std::string>& argv,
                 const command_source_options& options) {
  if (argv.empty() || argv[0].empty())
    return invalid("argv: names no program");
  if (std::any_of(argv.begin(), argv.end(), has_nul))
    return invalid("argv: has a NUL byte");
  if (options.max_output == 0
      || options.max_output > command_source_options::max_max_output)
    return caf::make_error(
      errc::invalid_setting,
      "max_output: must be from 1 to "
        + std::to_string(command_source_options::max_max_output) + " bytes");
  if (!options.clock)
    return invalid("clock: must be callable");
  if (options.working_directory
      && (options.working_directory->empty()
          || has_nul(*options.working_directory)))
    return invalid("working_directory: is empty or has a NUL byte");
  return {};
}

bool succeeded(const detail::process_result& result) noexcept {
  return result.end == detail::process_end::exited && result.wait_status
         && WIFEXITED(*result.wait_status)
         && WEXITSTATUS(*result.wait_status) == 0;
}

std::string describe_exit(std::optional<int> wait_status) {
  if (!wait_status)
    return "ended, but the application's own SIGCHLD handling took its status";
  if (WIFSIGNALED(*wait_status))
    return "was killed by signal " + std::to_string(WTERMSIG(*wait_status));
  return "exited with status " + std::to_string(WEXITSTATUS(*wait_status));
}

std::string describe(const detail::process_result& result,
                     const command_source_options& options) {
  switch (result.end) {
    case detail::process_end::timed_out:
      return "was killed because the attempt's time was over";
    case detail::process_end::stopped:
      return "was killed because the source ended";
    case detail::process_end::output_too_long:
      return "was killed because it printed more than "
             + std::to_string(options.max_output) + " bytes";
    default:
      return describe_exit(result.wait_status);
  }
}

/// Whatever the program printed may be a token, and a script that traces itself
/// prints it to standard error as well.
std::string quote_err(detail::process_result& result, const attempt& during) {
  // Parsing happens in place, so the text as it was printed is set aside.
  const auto printed = secret{result.out.view()};
  const auto parsed = parse_token_text(result.out, {}, {});
  const auto secrets
    = std::array{during.previous.access_token.view(), printed.view(),
                 parsed ? parsed->access_token.view() : std::string_view{}};
  return detail::quote_foreign(result.err.view(), max_quote,
                               detail::text_end::tail, secrets);
}

caf::error failed(const std::string& program, std::string what,
                  detail::process_result& result, const attempt& during) {
  const auto quote = quote_err(result, during);
  auto text = "command '" + program + "' " + std::move(what);
  if (!quote.empty())
    text += "; its standard error ends with: " + quote;
  return caf::make_error(errc::command_failed, std::move(text));
}

caf::expected<token> run_command(const std::vector<std::string>& argv,
                                 const command_source_options& options,
                                 const attempt& what, std::stop_token stop) {
  const auto started_at = options.clock();
  auto request = detail::process_request{};
  request.argv = argv;
  request.working_directory = options.working_directory;
  request.max_output = options.max_output;
  request.deadline = detail::saturating_add(std::chrono::steady_clock::now(),
                                            detail::inner_budget(what.budget));
  request.stop = std::move(stop);
  auto result = detail::run_process(request);
  if (!result)
    return std::move(result.error());
  if (!succeeded(*result))
    return failed(argv[0], describe(*result, options), *result, what);
  return parse_token_text(result->out, started_at,
                          "output of command '" + argv[0] + "'");
}

} // namespace

caf::expected<any_source> command_source(caf::actor_system& sys,
                                         std::vector<std::string> argv,
                                         command_source_options options) {
  if (auto err = check(argv, options))
    return err;
  auto run = [argv = std::move(argv), options = std::move(options)](
               const attempt& what, std::stop_token stop) {
    return run_command(argv, options, what, std::move(stop));
  };
  return detail::blocking_source(sys, std::move(run));
}

} // namespace bearer
