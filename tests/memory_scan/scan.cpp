#include "scan.hpp"

#include "private_pages.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace memory_scan {

namespace {

constexpr std::size_t window = std::size_t{1} << 20U;

/// What two windows have in common, lest a part on the border be missed.
constexpr std::size_t overlap = needle::size;

/// A line of /proc/self/maps.
struct mapping {
  std::uintptr_t start = 0;
  std::uintptr_t end = 0;
  bool writable = false;
  std::string name;
};

mapping parse(const std::string& line) {
  auto result = mapping{};
  char flags[5] = {};
  auto name_at = 0;
  if (std::sscanf(line.c_str(), "%lx-%lx %4s %*s %*s %*s %n", &result.start,
                  &result.end, flags, &name_at)
      != 3)
    throw std::runtime_error("cannot understand /proc/self/maps: " + line);
  result.writable = flags[0] == 'r' && flags[1] == 'w';
  result.name = line.substr(static_cast<std::size_t>(name_at));
  if (result.name.empty())
    result.name = "anonymous memory";
  return result;
}

std::vector<mapping> writable_mappings() {
  auto result = std::vector<mapping>{};
  auto in = std::ifstream{"/proc/self/maps"};
  for (auto line = std::string{}; std::getline(in, line);)
    if (auto one = parse(line); one.writable)
      result.push_back(std::move(one));
  if (result.empty())
    throw std::runtime_error("cannot read /proc/self/maps");
  return result;
}

/// Reads memory as a file, through the kernel, into pages of its own.
class memory_reader {
public:
  memory_reader() : fd_(::open("/proc/self/mem", O_RDONLY | O_CLOEXEC)) {
    if (fd_ < 0)
      throw std::system_error(errno, std::system_category(), "/proc/self/mem");
  }

  memory_reader(const memory_reader&) = delete;

  memory_reader& operator=(const memory_reader&) = delete;

  ~memory_reader() {
    ::close(fd_);
  }

  /// Whether these are the pages that it reads into.
  bool owns(const mapping& what) const noexcept {
    return what.start <= address() && address() < what.end;
  }

  /// @returns the memory from `address` on with all bits flipped, up to the
  ///          end of the window; empty if it cannot be read.
  std::string_view read_flipped(std::uintptr_t from, std::uintptr_t to) {
    const auto length = std::min<std::size_t>(to - from, pages_.size());
    const auto count = ::pread(fd_, pages_.data(), length,
                               static_cast<off_t>(from));
    if (count <= 0)
      return {};
    flip(pages_.data(), static_cast<std::size_t>(count));
    return {pages_.data(), static_cast<std::size_t>(count)};
  }

private:
  std::uintptr_t address() const noexcept {
    return reinterpret_cast<std::uintptr_t>(pages_.data());
  }

  int fd_;
  private_pages pages_{window};
};

std::size_t count_in(memory_reader& memory, const mapping& where,
                     const needle& what) {
  auto result = std::size_t{0};
  for (auto at = where.start; at < where.end;) {
    const auto text = memory.read_flipped(at, where.end);
    // Stack guards and the like: nobody can have written there.
    if (text.empty())
      break;
    result += what.count_in_flipped(text);
    at += text.size() > overlap ? text.size() - overlap : text.size();
    if (at + overlap >= where.end)
      break;
  }
  return result;
}

} // namespace

std::vector<std::string> find_in_memory(const needle& what) {
  auto result = std::vector<std::string>{};
  auto memory = memory_reader{};
  for (const auto& one : writable_mappings()) {
    if (memory.owns(one))
      continue;
    if (const auto count = count_in(memory, one, what); count > 0)
      result.push_back(one.name + ": " + std::to_string(count) + " parts");
  }
  return result;
}

} // namespace memory_scan
