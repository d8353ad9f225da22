#include <bearer/error.hpp>
#include <bearer/source/detail/child_process.hpp>
#include <bearer/source/detail/posix.hpp>
#include <bearer/source/detail/process.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <new>
#include <utility>

#include <poll.h>
#include <sys/eventfd.h>

namespace bearer::detail {

namespace {

using steady_clock = std::chrono::steady_clock;

/// How often to look after a program whose end cannot be polled for.
constexpr auto look_period = std::chrono::milliseconds{20};

/// How much is read per descriptor at the program's end, in bytes: what fits
/// into the largest pipe that Linux grants by default. More can only come from
/// processes it left behind.
constexpr std::size_t drain_limit = std::size_t{1024} * 1024;

/// How much of standard error is kept, in bytes, and how much of that goes when
/// it is full.
constexpr std::size_t err_capacity = std::size_t{32} * 1024;

/// One program under way.
class process_run {
public:
  process_run(const process_request& request, child_process child,
              unique_fd wake)
    : request_(request),
      child_(std::move(child)),
      wake_(std::move(wake)),
      out_(request.max_output + 1),
      err_(err_capacity) {
    // nop
  }

  process_result finish() {
    const auto end = watch();
    if (end != process_end::exited)
      child_.kill_group();
    return {end, child_.reap(), std::move(out_), std::move(err_)};
  }

private:
  process_end watch() {
    // Kills at once, in the thread that asks: the host may be about to exit.
    auto on_stop = [this] {
      child_.kill_group();
      const auto one = std::uint64_t{1};
      [[maybe_unused]] auto ignored = ::write(wake_.get(), &one, sizeof(one));
    };
    // Gone before the program is reaped and its number is anybody's.
    const auto stopper = std::stop_callback{request_.stop, on_stop};
    for (;;) {
      if (request_.stop.stop_requested())
        return process_end::stopped;
      if (child_.has_ended())
        return drain();
      if (steady_clock::now() >= request_.deadline)
        return process_end::timed_out;
      wait();
      if (!read_out())
        return process_end::output_too_long;
      read_err();
    }
  }

  /// Blocks until something happens.
  void wait() {
    auto fds = std::array{pollfd{child_.out.get(), POLLIN, 0},
                          pollfd{child_.err.get(), POLLIN, 0},
                          pollfd{child_.end.get(), POLLIN, 0},
                          pollfd{wake_.get(), POLLIN, 0}};
    ::poll(fds.data(), fds.size(), timeout());
  }

  /// In milliseconds, rounded up, for at most a minute.
  int timeout() const {
    const auto left = request_.deadline - steady_clock::now();
    auto result = std::clamp<steady_clock::duration>(left, look_period / 20,
                                                     std::chrono::minutes{1});
    if (!child_.end)
      result = std::min<steady_clock::duration>(result, look_period);
    return static_cast<int>(
      std::chrono::ceil<std::chrono::milliseconds>(result).count());
  }

  /// Reads what the program left in the pipes.
  process_end drain() {
    for (std::size_t total = 0; child_.out && total < drain_limit;) {
      const auto before = out_.size();
      if (!read_out())
        return process_end::output_too_long;
      if (out_.size() == before)
        break;
      total += out_.size() - before;
    }
    for (std::size_t total = 0; child_.err && total < drain_limit;) {
      const auto count = read_err();
      if (count == 0)
        break;
      total += count;
    }
    return process_end::exited;
  }

  /// @returns false if that was too much.
  bool read_out() {
    if (child_.out)
      read_into(out_, child_.out);
    return out_.room() > 0;
  }

  /// @returns the number of bytes read.
  std::size_t read_err() {
    if (!child_.err)
      return 0;
    if (err_.room() == 0)
      err_.drop_front(err_capacity / 2);
    return read_into(err_, child_.err);
  }

  /// Reads once, without blocking; closes the descriptor at the end of data.
  static std::size_t read_into(wiped_buffer& buffer, unique_fd& fd) {
    const auto count = read_some(fd.get(), buffer.tail(), buffer.room());
    if (count > 0) {
      buffer.commit(static_cast<std::size_t>(count));
      return static_cast<std::size_t>(count);
    }
    if (count == 0 || errno != EAGAIN)
      fd.reset();
    return 0;
  }

  const process_request& request_;
  child_process child_;
  unique_fd wake_;
  wiped_buffer out_;
  wiped_buffer err_;
};

caf::error cannot_run(const process_request& request, int code) {
  return caf::make_error(errc::command_failed,
                         "command '" + request.argv[0]
                           + "' cannot run: " + errno_text(code));
}

} // namespace

caf::expected<process_result> run_process(const process_request& request) try {
  auto wake = unique_fd{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  if (!wake)
    return cannot_run(request, errno);
  auto child = start_process(request.argv, request.working_directory);
  if (!child)
    return std::move(child.error());
  auto run = process_run{request, std::move(*child), std::move(wake)};
  return run.finish();
} catch (const std::bad_alloc&) {
  // A limit of megabytes for the output may be more memory than there is.
  return cannot_run(request, ENOMEM);
}

} // namespace bearer::detail
