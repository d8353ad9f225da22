#include "simulation/workers.hpp"

#include "simulation/leaks.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/// GCC's, in programs that count which branches are taken. A process that ends
/// by `_exit` would keep its counts to itself.
extern "C" void __gcov_dump() __attribute__((weak));

namespace bearer::sim {

namespace {

using steady = std::chrono::steady_clock;

/// A thousand times what the longest scenario takes with sanitizers.
constexpr auto longest_scenario = std::chrono::minutes{2};

/// What a worker tells while it works, in memory that it shares with us.
struct progress {
  std::atomic<std::uint64_t> seed;
  std::atomic<std::uint64_t> played;
};

/// A process that plays every n-th scenario.
class worker {
public:
  worker(const game& what, std::uint64_t first, std::uint64_t end,
         std::uint64_t stride) {
    void* shared = ::mmap(nullptr, sizeof(progress), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    auto ends = std::array<int, 2>{};
    if (shared == MAP_FAILED || ::pipe(ends.data()) != 0)
      throw std::runtime_error("cannot set up a worker");
    progress_ = new (shared) progress{first, 0};
    pid_ = ::fork();
    if (pid_ < 0)
      throw std::runtime_error("cannot start a worker");
    if (pid_ == 0)
      work(what, first, end, stride, ends[1]);
    ::close(ends[1]);
    reports_ = ends[0];
  }

  worker(worker&& other) noexcept
    : progress_(std::exchange(other.progress_, nullptr)),
      pid_(std::exchange(other.pid_, -1)),
      reports_(std::exchange(other.reports_, -1)),
      text_(std::move(other.text_)),
      moved_(other.moved_) {
    // nop
  }

  worker& operator=(worker&&) = delete;

  ~worker() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    if (reports_ >= 0)
      ::close(reports_);
    if (progress_)
      ::munmap(progress_, sizeof(progress));
  }

  /// To be polled for what it reports; -1 after its end.
  int reports() const noexcept {
    return reports_;
  }

  /// Reads a part of the report, or notices the end of the process.
  void read_on() {
    auto buffer = std::array<char, 4096>{};
    const auto size = ::read(reports_, buffer.data(), buffer.size());
    if (size > 0) {
      text_.append(buffer.data(), static_cast<std::size_t>(size));
      return;
    }
    ::close(std::exchange(reports_, -1));
    ::waitpid(std::exchange(pid_, -1), &status_, 0);
  }

  /// Ends it if it does not get on.
  void watch() {
    const auto now = steady::now();
    const auto done = played();
    if (std::exchange(played_before_, done) != done)
      moved_ = now;
    if (pid_ < 0 || now - moved_ < longest_scenario)
      return;
    endless_ = true;
    ::kill(pid_, SIGKILL);
  }

  bool failed() const noexcept {
    return pid_ < 0 && status_ != 0;
  }

  /// Whether it failed because it did not get on.
  bool endless() const noexcept {
    return endless_;
  }

  std::uint64_t seed() const noexcept {
    return progress_->seed;
  }

  std::uint64_t played() const noexcept {
    return progress_->played;
  }

  const std::string& report() const noexcept {
    return text_;
  }

private:
  [[noreturn]] void work(const game& what, std::uint64_t first,
                         std::uint64_t end, std::uint64_t stride, int reports) {
    auto reached = coverage{};
    for (auto seed = first; seed < end; seed += stride) {
      progress_->seed = seed;
      // Now and then with its trace, in which no secret may show.
      const auto result = what.play_all(seed, seed % 16 == 0);
      for (const auto& [row, count] : result.reached)
        reached[row] += count;
      if (result.fault)
        fail(reports, *result.fault);
      ++progress_->played;
    }
    if (has_leaks())
      fail(reports, {"leak", "LeakSanitizer found one in a worker, after its "
                             "last seed"});
    auto out = std::ostringstream{};
    for (const auto& [row, count] : reached)
      out << count << '\t' << row.first << '\t' << row.second << '\n';
    write(reports, out.str());
    if (__gcov_dump)
      __gcov_dump();
    ::_exit(EXIT_SUCCESS);
  }

  [[noreturn]] static void fail(int reports, const spec::fault& why) {
    write(reports, why.invariant + '\t' + why.what);
    ::_exit(EXIT_FAILURE);
  }

  static void write(int to, const std::string& text) {
    for (std::size_t done = 0; done < text.size();) {
      const auto size = ::write(to, text.data() + done, text.size() - done);
      if (size < 0)
        ::_exit(EXIT_FAILURE);
      done += static_cast<std::size_t>(size);
    }
  }

  progress* progress_ = nullptr;
  pid_t pid_ = -1;
  int reports_ = -1;
  int status_ = 0;
  std::string text_;

  // When it was last seen to have got on, and how far.
  steady::time_point moved_ = steady::now();
  std::uint64_t played_before_ = 0;
  bool endless_ = false;
};

std::uint64_t played(const std::vector<worker>& workers) {
  auto result = std::uint64_t{0};
  for (const auto& one : workers)
    result += one.played();
  return result;
}

void draw(std::uint64_t done, std::uint64_t count) {
  constexpr auto width = 40;
  if (::isatty(STDERR_FILENO) == 0)
    return;
  const auto filled = static_cast<int>(done * width / count);
  std::fprintf(stderr, "\r[%-*s] %llu of %llu", width,
               std::string(static_cast<std::size_t>(filled), '#').c_str(),
               static_cast<unsigned long long>(done),
               static_cast<unsigned long long>(count));
}

void add(const std::string& report, coverage& to) {
  auto in = std::istringstream{report};
  auto count = std::uint64_t{0};
  auto state = std::string{};
  auto what = std::string{};
  while (in >> count && in.ignore(1) && std::getline(in, state, '\t')
         && std::getline(in, what))
    to[{state, what}] += count;
}

/// What the report of a worker that failed says, if it came to that.
std::optional<spec::fault> parse_fault(const std::string& report) {
  const auto tab = report.find('\t');
  if (tab == std::string::npos)
    return std::nullopt;
  return spec::fault{report.substr(0, tab), report.substr(tab + 1)};
}

/// Waits for news from any worker, or for a moment.
/// @returns whether anybody still works.
bool listen(std::vector<worker>& workers) {
  auto watched = std::vector<pollfd>{};
  for (const auto& one : workers)
    watched.push_back({one.reports(), POLLIN, 0});
  ::poll(watched.data(), static_cast<nfds_t>(watched.size()), 200);
  auto working = false;
  for (std::size_t i = 0; i < workers.size(); ++i) {
    if (watched[i].revents != 0)
      workers[i].read_on();
    workers[i].watch();
    working = working || workers[i].reports() >= 0;
  }
  return working;
}

} // namespace

harvest play_many(const game& what, std::uint64_t first, std::uint64_t count,
                  std::uint64_t jobs) {
  auto workers = std::vector<worker>{};
  for (std::uint64_t i = 0; i < jobs; ++i)
    workers.emplace_back(what, first + i, first + count, jobs);
  auto failed = [](const worker& one) { return one.failed(); };
  while (listen(workers)
         && std::none_of(workers.begin(), workers.end(), failed))
    draw(played(workers), count);
  draw(played(workers), count);
  if (::isatty(STDERR_FILENO) != 0)
    std::fputc('\n', stderr);
  auto result = harvest{};
  result.played = played(workers);
  for (const auto& one : workers) {
    if (!one.failed()) {
      add(one.report(), result.reached);
    } else if (!result.faulty || one.seed() < *result.faulty) {
      result.faulty = one.seed();
      result.fault = parse_fault(one.report());
      result.endless = one.endless();
    }
  }
  return result;
}

} // namespace bearer::sim
