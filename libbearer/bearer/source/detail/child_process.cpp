#include <bearer/error.hpp>
#include <bearer/source/detail/child_process.hpp>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace bearer::detail {

namespace {

unique_fd open_pidfd([[maybe_unused]] pid_t pid) noexcept {
#ifdef SYS_pidfd_open
  // Has no wrapper in older C libraries. Sets close-on-exec by itself.
  return unique_fd{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
#else
  return {};
#endif
}

struct pipe_ends {
  unique_fd read;
  unique_fd write;
};

/// A host that has closed its standard descriptors gets pipes with their
/// numbers, which would be in the way of each other in the child.
bool move_above_standard(unique_fd& fd) noexcept {
  if (fd.get() <= STDERR_FILENO)
    fd = unique_fd{::fcntl(fd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1)};
  return static_cast<bool>(fd);
}

/// Makes a pipe whose read end does not block; both ends are invalid on
/// failure, with the reason in errno.
pipe_ends make_pipe() noexcept {
  int fds[2] = {-1, -1};
  if (::pipe2(fds, O_CLOEXEC) != 0)
    return {};
  auto result = pipe_ends{unique_fd{fds[0]}, unique_fd{fds[1]}};
  if (!move_above_standard(result.read) || !move_above_standard(result.write)
      || ::fcntl(result.read.get(), F_SETFL, O_NONBLOCK) != 0)
    return {};
  return result;
}

/// What the child does before it becomes the program. Every function remembers
/// the first failure, all of which are lack of memory.
class file_actions {
public:
  file_actions() noexcept : error_(::posix_spawn_file_actions_init(&actions_)) {
    // nop
  }

  file_actions(const file_actions&) = delete;

  file_actions& operator=(const file_actions&) = delete;

  ~file_actions() {
    ::posix_spawn_file_actions_destroy(&actions_);
  }

  void connect(int fd, int target) noexcept {
    note(::posix_spawn_file_actions_adddup2(&actions_, fd, target));
  }

  void open_nothing(int target) noexcept {
    note(::posix_spawn_file_actions_addopen(&actions_, target, "/dev/null",
                                            O_RDONLY, 0));
  }

  void change_folder(const std::string& path) noexcept {
    note(::posix_spawn_file_actions_addchdir_np(&actions_, path.c_str()));
  }

  /// Descriptors of the host that are not close-on-exec.
  void close_others() noexcept {
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
    note(
      ::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1));
#endif
  }

  int error() const noexcept {
    return error_;
  }

  const posix_spawn_file_actions_t* get() const noexcept {
    return &actions_;
  }

private:
  void note(int error) noexcept {
    if (error_ == 0)
      error_ = error;
  }

  posix_spawn_file_actions_t actions_;
  int error_;
};

/// A process group of its own, and no signal blocked or ignored.
class attributes {
public:
  attributes() noexcept : error_(::posix_spawnattr_init(&attributes_)) {
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP
                                               | POSIX_SPAWN_SETSIGMASK
                                               | POSIX_SPAWN_SETSIGDEF);
  }

  attributes(const attributes&) = delete;

  attributes& operator=(const attributes&) = delete;

  ~attributes() {
    ::posix_spawnattr_destroy(&attributes_);
  }

  int error() const noexcept {
    return error_;
  }

  const posix_spawnattr_t* get() const noexcept {
    return &attributes_;
  }

private:
  posix_spawnattr_t attributes_;
  int error_;
};

/// @returns 0, or the value of errno that tells why the program cannot run.
int spawn(pid_t& pid, const std::vector<std::string>& argv,
          const file_actions& actions) {
  const auto attrs = attributes{};
  if (auto error = actions.error() != 0 ? actions.error() : attrs.error())
    return error;
  auto args = std::vector<char*>{};
  for (const auto& arg : argv)
    args.push_back(const_cast<char*>(arg.c_str()));
  args.push_back(nullptr);
  return ::posix_spawnp(&pid, args[0], actions.get(), attrs.get(), args.data(),
                        environ);
}

caf::error cannot_run(const std::vector<std::string>& argv,
                      const std::string& why) {
  return caf::make_error(errc::command_failed,
                         "command '" + argv[0] + "' cannot run: " + why);
}

} // namespace

child_process::child_process(pid_t pid, unique_fd out_fd,
                             unique_fd err_fd) noexcept
  : out(std::move(out_fd)),
    err(std::move(err_fd)),
    end(open_pidfd(pid)),
    pid_(pid) {
  // nop
}

child_process::child_process(child_process&& other) noexcept
  : out(std::move(other.out)),
    err(std::move(other.err)),
    end(std::move(other.end)),
    pid_(other.pid_),
    reaped_(std::exchange(other.reaped_, true)) {
  // nop
}

child_process::~child_process() {
  if (reaped_)
    return;
  kill_group();
  reap();
}

void child_process::kill_group() const noexcept {
  ::kill(-pid_, SIGKILL);
  // In case the program has moved itself to another group.
  ::kill(pid_, SIGKILL);
}

bool child_process::has_ended() const noexcept {
  auto info = siginfo_t{};
  // Not reaped, so that its number stays taken.
  if (::waitid(P_PID, static_cast<id_t>(pid_), &info,
               WEXITED | WNOHANG | WNOWAIT)
      != 0)
    return errno == ECHILD;
  return info.si_pid == pid_;
}

std::optional<int> child_process::reap() noexcept {
  reaped_ = true;
  for (;;) {
    auto status = 0;
    if (::waitpid(pid_, &status, 0) == pid_)
      return status;
    if (errno != EINTR)
      return std::nullopt;
  }
}

caf::expected<child_process>
start_process(const std::vector<std::string>& argv,
              const std::optional<std::string>& working_directory) {
  auto error = std::error_code{};
  if (working_directory
      && !std::filesystem::is_directory(*working_directory, error))
    return cannot_run(argv, "the working folder '" + *working_directory
                              + "' is none");
  auto out = make_pipe();
  auto err = out.read ? make_pipe() : pipe_ends{};
  if (!out.read || !err.read)
    return cannot_run(argv, errno_text(errno));
  auto actions = file_actions{};
  actions.open_nothing(STDIN_FILENO);
  actions.connect(out.write.get(), STDOUT_FILENO);
  actions.connect(err.write.get(), STDERR_FILENO);
  actions.close_others();
  if (working_directory)
    actions.change_folder(*working_directory);
  auto pid = pid_t{-1};
  if (auto code = spawn(pid, argv, actions); code != 0)
    return cannot_run(argv, errno_text(code));
  return child_process{pid, std::move(out.read), std::move(err.read)};
}

} // namespace bearer::detail
