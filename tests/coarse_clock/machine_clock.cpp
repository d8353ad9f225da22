#include "coarse_clock/machine_clock.hpp"

#include <chrono>
#include <ctime>

#include <sys/syscall.h>
#include <unistd.h>

namespace {

using namespace std::chrono;

auto exact = caf::timestamp{};
auto coarse = time_t{};
auto looks = std::size_t{};

} // namespace

// -- in place of the C library's ----------------------------------------------

extern "C" time_t time(time_t* result) noexcept {
  if (result != nullptr)
    *result = coarse;
  return coarse;
}

extern "C" int clock_gettime(clockid_t id, timespec* result) noexcept {
  if (id != CLOCK_REALTIME)
    return static_cast<int>(syscall(SYS_clock_gettime, id, result));
  ++looks;
  const auto now = exact.time_since_epoch();
  const auto whole = floor<seconds>(now);
  result->tv_sec = whole.count();
  result->tv_nsec = nanoseconds{now - whole}.count();
  return 0;
}

// -- for the test -------------------------------------------------------------

namespace bearer::test {

void set_machine_clock(caf::timestamp now, caf::timespan late) {
  exact = now;
  coarse = floor<seconds>((now - late).time_since_epoch()).count();
}

std::size_t exact_looks() {
  return looks;
}

} // namespace bearer::test
