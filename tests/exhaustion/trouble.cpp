#include "trouble.hpp"

#include "support/eventually.hpp"
#include "support/own_mounts.hpp"

#include <barrier>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <malloc.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

namespace exhaustion {

namespace {

/// More than the library needs for small things, less than anything large.
constexpr rlim_t spare_memory = rlim_t{2} << 20U;

void throw_if(bool failed, const char* what) {
  if (failed)
    throw std::system_error(errno, std::system_category(), what);
}

rlim_t address_space() {
  auto pages = rlim_t{0};
  std::ifstream{"/proc/self/statm"} >> pages;
  return pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
}

/// The number after this word in what the kernel tells of a process; 0 if it is
/// no process, or one that has ended.
rlim_t told_of(const std::filesystem::path& process, const std::string& word) {
  auto in = std::ifstream{process / "status"};
  auto result = rlim_t{0};
  for (auto next = std::string{}; in >> next;)
    if (next == word && in >> result)
      return result;
  return 0;
}

/// Of all that this user runs, as the limit counts them.
rlim_t count_threads() {
  auto result = rlim_t{0};
  for (const auto& one : std::filesystem::directory_iterator{"/proc"})
    // Links are further names of this process.
    if (!one.is_symlink() && told_of(one.path(), "Uid:") == ::getuid())
      result += told_of(one.path(), "Threads:");
  return result;
}

bool mount_tiny_disk(const std::string& folder) {
  return bearer::test::own_mounts()
         && ::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=64k") == 0;
}

/// Longer than what is left of a full disk, and than the limit that stands in.
std::string token_text() {
  return R"({"access_token": ")" + std::string(6'000, 'x') + R"("})";
}

/// Writes as much as fits.
void write_all(const std::string& path, const std::string& text) {
  const auto fd = bearer::detail::unique_fd{
    ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  auto rest = std::string_view{text};
  while (!rest.empty()) {
    const auto count = ::write(fd.get(), rest.data(), rest.size());
    if (count <= 0)
      return;
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
}

} // namespace

// -- limits -------------------------------------------------------------------

limit::limit(__rlimit_resource what) : what_(what) {
  throw_if(::getrlimit(what_, &before_) != 0, "getrlimit");
}

void limit::set(rlim_t to) const {
  auto now = before_;
  now.rlim_cur = to;
  throw_if(::setrlimit(what_, &now) != 0, "setrlimit");
}

void limit::restore() const {
  throw_if(::setrlimit(what_, &before_) != 0, "setrlimit");
}

// -- descriptors --------------------------------------------------------------

void no_descriptors::begin() {
  limit_.set(100);
  for (;;) {
    auto one
      = bearer::detail::unique_fd{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
    if (!one)
      return;
    taken_.push_back(std::move(one));
  }
}

void no_descriptors::end() {
  taken_.clear();
  limit_.restore();
}

// -- memory -------------------------------------------------------------------

void keep_no_memory() {
  // One heap for all threads, and large blocks outside of it.
  ::mallopt(M_ARENA_MAX, 1);
  ::mallopt(M_MMAP_THRESHOLD, 1 << 20);
}

no_memory::no_memory(std::size_t stacks) {
  // The C library keeps the stacks of threads that have ended.
  auto all = std::barrier{static_cast<std::ptrdiff_t>(stacks)};
  auto threads = std::vector<std::jthread>{};
  for (auto i = std::size_t{0}; i < stacks; ++i)
    threads.emplace_back([&all] { all.arrive_and_wait(); });
}

void no_memory::begin() {
  limit_.set(address_space() + spare_memory);
}

void no_memory::end() {
  limit_.restore();
}

// -- threads ------------------------------------------------------------------

no_threads::no_threads(unsigned spare) : spare_(spare) {
  // Nobody else has this number, so that nobody else's processes count.
  const auto id = static_cast<uid_t>(1'000'000'000 + ::getpid());
  if (::geteuid() != 0 || ::setgid(id) != 0 || ::setuid(id) != 0)
    throw not_here{"whose limit binds others as well cannot set it"};
}

void no_threads::begin() {
  base_ = count_threads();
  limit_.set(base_ + spare_);
}

void no_threads::settle() {
  // Those that an attempt has started must have ended before the next may.
  bearer::test::eventually([&] { return count_threads() <= base_; });
}

void no_threads::end() {
  limit_.restore();
}

// -- the disk -----------------------------------------------------------------

full_disk::full_disk(const std::string& folder)
  : folder_(folder),
    file_(folder + "/token"),
    mounted_(mount_tiny_disk(folder)) {
  // nop
}

full_disk::~full_disk() {
  if (mounted_)
    ::umount2(folder_.c_str(), MNT_DETACH);
}

void full_disk::begin() {
  full_ = true;
  if (mounted_)
    write_all(folder_ + "/filler", std::string(60 * 1'024, 'x'));
  write_token();
}

void full_disk::end() {
  full_ = false;
  std::filesystem::remove(folder_ + "/filler");
  write_token();
}

const char* full_disk::means() const noexcept {
  return mounted_ ? "a full disk" : "a limit on the length of files";
}

void full_disk::write_token() const {
  const auto text = token_text();
  const auto pid = ::fork();
  throw_if(pid < 0, "fork");
  if (pid == 0) {
    const auto most = rlimit{1'000, 1'000};
    ::signal(SIGXFSZ, SIG_IGN);
    if (full_ && !mounted_)
      ::setrlimit(RLIMIT_FSIZE, &most);
    write_all(file_, text);
    ::_exit(0);
  }
  throw_if(::waitpid(pid, nullptr, 0) != pid, "waitpid");
}

} // namespace exhaustion
