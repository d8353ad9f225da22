#include <bearer/error.hpp>
#include <bearer/source/command_source.hpp>
#include <bearer/source/detail/posix.hpp>

#include "support/real_time.hpp"
#include "support/temp_folder.hpp"
#include "support/time_of.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

/// The arguments that run a shell script, whose `$0` is `arg`.
std::vector<std::string> shell(std::string script, std::string arg = "sh") {
  return {"/bin/sh", "-c", std::move(script), std::move(arg)};
}

struct fixture {
  real_system real;
  temp_folder folder;

  caf::expected<token> run(std::vector<std::string> argv,
                           const command_source_options& options = {},
                           const attempt& what = make_attempt()) {
    auto source = command_source(real.sys, std::move(argv), options);
    if (!source)
      return source.error();
    return ask(real.sys, *source, what);
  }

  /// Runs what must fail. No error shows the canary.
  std::string failure(std::vector<std::string> argv,
                      const command_source_options& options = {},
                      const attempt& what = make_attempt()) {
    auto result = run(std::move(argv), options, what);
    CHECK(error_of(result) == errc::command_failed);
    CHECK_FALSE(contains(error_text(result), "CANARY"));
    return error_text(result);
  }
};

/// A FIFO that tells when the last process that writes to it is gone.
class lifeline {
public:
  explicit lifeline(const temp_folder& folder)
    : path_(folder.path("lifeline")) {
    REQUIRE(::mkfifo(path_.c_str(), 0600) == 0);
    fd_ = detail::unique_fd{
      ::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
    REQUIRE(fd_);
  }

  const std::string& path() const {
    return path_;
  }

  /// Waits until somebody has written something.
  bool alive() {
    return next() > 0;
  }

  /// Waits until nobody can write any more.
  bool dead() {
    for (;;) {
      const auto count = next();
      if (count <= 0)
        return count == 0;
    }
  }

private:
  ssize_t next() {
    auto poller = pollfd{fd_.get(), POLLIN, 0};
    if (::poll(&poller, 1, 30'000) != 1)
      return -1;
    auto buffer = std::array<char, 64>{};
    return ::read(fd_.get(), buffer.data(), buffer.size());
  }

  std::string path_;
  detail::unique_fd fd_;
};

/// Starts a grandchild that holds the lifeline and never ends, and waits for
/// it.
const auto process_family
  = std::string{"{ echo up; exec sleep 1000; } > \"$0\" & wait"};

std::ptrdiff_t open_descriptors() {
  return std::distance(std::filesystem::directory_iterator{"/proc/self/fd"},
                       {});
}

/// Whether there is any child of this process, zombies included.
bool has_children() {
  auto info = siginfo_t{};
  return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

} // namespace

TEST_CASE_METHOD(fixture, "the token is what the program prints") {
  CHECK(secret_of(run({"/bin/echo", "abc"})) == "abc");
  CHECK(secret_of(run({"printf", "%s", "abc"})) == "abc");
  CHECK(secret_of(run(shell("echo noise >&2; echo abc"))) == "abc");
  CHECK_FALSE(run({"echo", "abc"})->refresh_after);
}

TEST_CASE_METHOD(fixture, "arguments reach the program as they are") {
  CHECK(secret_of(run({"printf", "%s-%s-%s", "$HOME", "*", "a;b"}))
        == "$HOME-*-a;b");
}

TEST_CASE_METHOD(fixture, "expires_in counts from the program's start") {
  auto options = command_source_options{};
  options.clock = [] { return caf::timestamp{1'700'000'000s}; };
  auto result = run({"echo", R"({"access_token":"abc","expires_in":60})"},
                    options);
  CHECK(secret_of(result) == "abc");
  CHECK(result->expires_at == caf::timestamp{1'700'000'060s});
}

TEST_CASE_METHOD(fixture, "the program runs where it should") {
  auto options = command_source_options{};
  folder.write("token", "abc");
  options.working_directory = folder.path();
  CHECK(secret_of(run({"cat", "token"}, options)) == "abc");
  options.working_directory = folder.path("none");
  CHECK(contains(failure({"cat", "token"}, options), folder.path("none")));
}

TEST_CASE_METHOD(fixture,
                 "the program's input is empty and its descriptors are "
                 "its own") {
  CHECK(secret_of(run(shell("cat; echo abc"))) == "abc");
  auto leaked = detail::unique_fd{::open("/dev/null", O_RDONLY)};
  REQUIRE(leaked);
  const auto probe = "[ -e /proc/self/fd/" + std::to_string(leaked.get())
                     + " ] && echo leaked || echo closed";
  CHECK(secret_of(run(shell(probe))) == "closed");
}

TEST_CASE_METHOD(fixture, "the program's signals are the default") {
  auto old = ::signal(SIGPIPE, SIG_IGN);
  auto ignored = failure(shell("kill -PIPE $$; echo survived"));
  ::signal(SIGPIPE, old);
  CHECK(contains(ignored, "signal 13"));
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  {
    // The threads of this actor system inherit the mask.
    fixture other;
    CHECK(contains(other.failure(shell("kill -TERM $$; echo survived")),
                   "signal 15"));
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST_CASE_METHOD(fixture,
                 "a program that cannot run is an error that names it") {
  auto text = failure({"/no/such/program", "CANARY"});
  CHECK(contains(text, "'/no/such/program'"));
  CHECK(contains(text, "No such file"));
  CHECK(contains(failure({"no-such-program"}), "'no-such-program'"));
  auto script = folder.write("script", "#!/bin/sh\necho abc\n");
  CHECK(contains(failure({script}), "Permission denied"));
  CHECK(contains(failure({folder.path()}), "Permission denied"));
  // Without a shell a text file is no program.
  auto text_file = folder.write("text", "echo abc\n");
  REQUIRE(::chmod(text_file.c_str(), 0700) == 0);
  CHECK(contains(failure({text_file}), "format"));
}

TEST_CASE_METHOD(fixture, "a failure tells the status and the end of stderr") {
  auto text = failure(shell("echo first >&2; echo last >&2; exit 3"));
  CHECK(contains(text, "'/bin/sh'"));
  CHECK(contains(text, "status 3"));
  CHECK(contains(text, "first last"));
  CHECK(contains(failure(shell("kill -KILL $$")), "signal 9"));
  CHECK(contains(failure(shell("exit 1")), "status 1"));
}

TEST_CASE_METHOD(fixture, "stderr is quoted in bounded length, printably") {
  auto text = failure(
    shell("i=0; while [ $i -lt 5000 ]; do echo line $i; i=$((i+1)); done >&2; "
          "printf '\\033[31m\\377' >&2; exit 1"));
  CHECK(text.size() < 700);
  CHECK(contains(text, "line 4999 ?[31m?"));
  CHECK_FALSE(contains(text, "line 1 "));
}

TEST_CASE_METHOD(fixture, "no error shows a secret that stderr holds") {
  // A script that traces itself, prints its token in parts, and fails.
  auto text = failure(shell("set -x; T=CANARY-0123456789-abcdef; echo $T; "
                            "echo ${T%-*} >&2; exit 3"));
  CHECK(contains(text, "<redacted>"));
  failure(
    shell("set -x; echo '{\"token\":\"CANARY\"}'; echo CANARY >&2; exit 3"));
  failure(shell("echo CANARY >&2; echo CANARY; exit 3"));
  failure(
    shell("echo '{\"token\":\"CAN\\u0041RY\"}'; echo CANARY >&2; exit 3"));
  failure(shell("echo eyJhbGciOiJIUzI1NiJ9.CANARY.sig >&2; exit 3"));
  auto what = make_attempt();
  what.previous.access_token = secret{"CANARY"};
  failure(shell("echo the old CANARY is bad >&2; exit 3"), {}, what);
}

TEST_CASE_METHOD(fixture, "output that is no token is an error that names the "
                          "program and hides the output") {
  auto check = [&](const std::string& script, errc code) {
    auto result = run(shell(script));
    CHECK(error_of(result) == code);
    CHECK(contains(error_text(result), "'/bin/sh'"));
    CHECK_FALSE(contains(error_text(result), "CANARY"));
  };
  check(":", errc::empty_token);
  check("echo CANARY; echo CANARY", errc::malformed_token);
  check("echo '{\"token\": \"CANARY'", errc::unreadable_token);
  check("echo '{\"error\": \"CANARY\"}'", errc::unreadable_token);
}

TEST_CASE_METHOD(fixture, "too much output ends the program") {
  auto options = command_source_options{};
  options.max_output = 1000;
  CHECK(contains(failure({"yes", "CANARY"}, options), "1000 bytes"));
  options.max_output = 3;
  CHECK(secret_of(run({"printf", "abc"}, options)) == "abc");
  CHECK(contains(failure({"printf", "abcd"}, options), "3 bytes"));
}

TEST_CASE_METHOD(fixture, "a program may print more than a pipe holds") {
  auto options = command_source_options{};
  options.max_output = 1'000'000;
  auto result = run(shell("head -c 900000 /dev/zero >&2; "
                          "printf '%900000s' ' '; echo abc"),
                    options);
  CHECK(secret_of(result) == "abc");
}

TEST_CASE_METHOD(fixture, "a program that takes too long is killed with its "
                          "whole group, and says what it said") {
  auto line = lifeline{folder};
  auto text = failure(shell("echo waiting >&2; " + process_family, line.path()),
                      {}, make_attempt(4s));
  CHECK(contains(text, "killed"));
  CHECK(contains(text, "waiting"));
  CHECK(line.dead());
  CHECK_FALSE(has_children());
}

TEST_CASE_METHOD(fixture, "a noisy program is killed in time, too") {
  failure(shell("while :; do echo noise >&2; done"), {}, make_attempt(300ms));
  CHECK_FALSE(has_children());
}

TEST_CASE_METHOD(fixture, "closing kills the program's whole group") {
  auto line = lifeline{folder};
  auto source = *command_source(real.sys, shell(process_family, line.path()));
  auto client = asker{real.sys};
  auto pending = client.start(source, make_attempt(1h));
  REQUIRE(line.alive());
  CHECK_FALSE(client.closed(client.close(source, 1h)));
  CHECK(line.dead());
  CHECK_FALSE(has_children());
  CHECK(contains(error_text(client.answer(std::move(pending))), "killed"));
}

TEST_CASE("the end of the actor system kills the program's whole group") {
  temp_folder folder;
  auto line = lifeline{folder};
  auto real = std::make_optional<real_system>();
  {
    auto source = *command_source(real->sys,
                                  shell(process_family, line.path()));
    auto client = asker{real->sys};
    client.start(source, make_attempt(1h));
    REQUIRE(line.alive());
  }
  CHECK(time_of([&] { real.reset(); }) < 1s);
  CHECK(line.dead());
  // The abandoned thread reaps the program.
  while (has_children())
    std::this_thread::yield();
}

TEST_CASE_METHOD(fixture, "nobody waits for processes left behind") {
  // They end when the test lets go of the FIFO.
  auto fifo = folder.path("fifo");
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  auto keeper = detail::unique_fd{::open(fifo.c_str(), O_RDWR | O_CLOEXEC)};
  REQUIRE(keeper);
  auto result = run(shell("cat \"$0\" & echo abc", fifo));
  CHECK(secret_of(result) == "abc");
  CHECK(contains(failure(shell("cat \"$0\" & exit 4", fifo)), "status 4"));
}

TEST_CASE_METHOD(fixture, "a program that closes its output may still run on") {
  CHECK(secret_of(run(shell("echo abc; exec >&- 2>&-; sleep 0.1"))) == "abc");
}

TEST_CASE_METHOD(fixture, "neither zombies nor descriptors are left behind") {
  run({"echo", "warm-up"});
  const auto before = open_descriptors();
  auto options = command_source_options{};
  options.max_output = 10;
  for (auto i = 0; i < 10; ++i) {
    run({"echo", "abc"});
    run({"no-such-program"});
    run(shell("exit 1"));
    run({"yes"}, options);
    run({"sleep", "1000"}, {}, make_attempt(20ms));
  }
  CHECK(open_descriptors() == before);
  CHECK_FALSE(has_children());
}

TEST_CASE_METHOD(fixture, "the host may ignore its children") {
  auto old = ::signal(SIGCHLD, SIG_IGN);
  auto text = failure(shell("echo abc"));
  ::signal(SIGCHLD, old);
  CHECK(contains(text, "SIGCHLD"));
}

TEST_CASE_METHOD(fixture, "bad parameters of a command are refused by name") {
  auto refused = [&](std::vector<std::string> argv,
                     command_source_options options) {
    auto result = command_source(real.sys, std::move(argv), std::move(options));
    CHECK(error_of(result) == errc::invalid_setting);
    CHECK_FALSE(contains(error_text(result), "CANARY"));
    return error_text(result);
  };
  CHECK(contains(refused({}, {}), "argv"));
  CHECK(contains(refused({""}, {}), "argv"));
  CHECK(contains(refused({"a", std::string{"CANARY\0b", 8}}, {}), "argv"));
  auto options = command_source_options{};
  options.max_output = 0;
  CHECK(contains(refused({"a"}, options), "max_output"));
  options.max_output = command_source_options::max_max_output + 1;
  CHECK(contains(refused({"a"}, options), "max_output"));
  options = {};
  options.clock = nullptr;
  CHECK(contains(refused({"a"}, options), "clock"));
  options = {};
  options.working_directory = "";
  CHECK(contains(refused({"a"}, options), "working_directory"));
}
