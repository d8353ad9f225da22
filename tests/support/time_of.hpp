#pragma once

#include <algorithm>
#include <chrono>
#include <fstream>
#include <string>

#include <unistd.h>

namespace bearer::test {

/// How long the machine's processors have had nothing to do since it runs, all
/// added up.
inline std::chrono::steady_clock::duration idle_time() {
  auto name = std::string{};
  auto user = 0.0;
  auto nice = 0.0;
  auto kernel = 0.0;
  auto idle = 0.0;
  std::ifstream{"/proc/stat"} >> name >> user >> nice >> kernel >> idle;
  const auto ticks = std::chrono::duration<double>{
    idle / static_cast<double>(::sysconf(_SC_CLK_TCK))};
  return std::chrono::duration_cast<std::chrono::steady_clock::duration>(ticks);
}

/// The time that `f` takes on a machine that has nothing else to do, or nearly:
/// what waits for something leaves a processor idle, so that time in which all
/// of them are busy counts a quarter.
template <class F>
std::chrono::steady_clock::duration time_of(F f) {
  const auto start = std::chrono::steady_clock::now();
  const auto idle = idle_time();
  f();
  const auto all = std::chrono::steady_clock::now() - start;
  return std::clamp(idle_time() - idle, all / 4, all);
}

} // namespace bearer::test
