#include "resources.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

// Of both sanitizers, but GCC comes without a header that declares it.
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();

#endif

namespace stress {

namespace {

double entries(const char* folder) {
  const auto all = std::filesystem::directory_iterator{folder};
  return static_cast<double>(std::distance(begin(all), end(all)));
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

double memory_kib() {
  return static_cast<double>(__sanitizer_get_current_allocated_bytes()) / 1'024;
}

#else

double memory_kib() {
  auto in = std::ifstream{"/proc/self/statm"};
  auto total = 0.0;
  auto resident = 0.0;
  if (!(in >> total >> resident))
    throw std::runtime_error("cannot read /proc/self/statm");
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1'024;
}

#endif

} // namespace

resources resources_now(double seconds) {
  // Less the one that is open for looking.
  return {seconds, memory_kib(), entries("/proc/self/task"),
          entries("/proc/self/fd") - 1};
}

void resource_history::add(const resources& what, bool in_full_swing) {
  peak_.seconds = what.seconds;
  for (auto good :
       {&resources::memory_kib, &resources::threads, &resources::descriptors})
    peak_.*good = std::max(peak_.*good, what.*good);
  if (in_full_swing)
    samples_.push_back(what);
}

double resource_history::memory_slope() const {
  const auto x0 = average(&resources::seconds, 0, samples_.size());
  const auto y0 = memory_kib();
  auto xy = 0.0;
  auto xx = 0.0;
  for (const auto& one : samples_) {
    xy += (one.seconds - x0) * (one.memory_kib - y0);
    xx += (one.seconds - x0) * (one.seconds - x0);
  }
  return xx > 0 ? xy / xx : 0;
}

double resource_history::length() const {
  if (samples_.empty())
    return 0;
  return samples_.back().seconds - samples_.front().seconds;
}

double resource_history::memory_kib() const {
  return average(&resources::memory_kib, 0, samples_.size());
}

double resource_history::growth_of_threads() const {
  return growth(&resources::threads);
}

double resource_history::growth_of_descriptors() const {
  return growth(&resources::descriptors);
}

double resource_history::growth(double resources::*what) const {
  const auto n = samples_.size();
  return average(what, n - n / 3, n) - average(what, 0, n / 3);
}

double resource_history::average(double resources::*what, std::size_t from,
                                 std::size_t to) const {
  auto sum = 0.0;
  for (auto i = from; i < to; ++i)
    sum += samples_[i].*what;
  return to > from ? sum / static_cast<double>(to - from) : 0;
}

} // namespace stress
