#include <bearer/detail/saturating.hpp>
#include <bearer/error.hpp>
#include <bearer/source/detail/posix.hpp>
#include <bearer/source/detail/token_file.hpp>

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>

namespace bearer::detail {

namespace {

caf::error unreadable(const std::string& path, std::string_view what) {
  return caf::make_error(errc::unreadable_token,
                         "file '" + path + "' " + std::string{what});
}

caf::error failed(const std::string& path, std::string_view what, int code) {
  return unreadable(path, std::string{what} + ": " + errno_text(code));
}

std::string_view kind_of(mode_t mode) noexcept {
  if (S_ISDIR(mode))
    return "a folder";
  if (S_ISFIFO(mode))
    return "a FIFO";
  if (S_ISSOCK(mode))
    return "a socket";
  return "a device";
}

/// What is wrong with the file as such, if anything.
caf::error check(const std::string& path, const struct stat& info,
                 std::size_t max_size) {
  if (!S_ISREG(info.st_mode))
    return unreadable(path, "is " + std::string{kind_of(info.st_mode)}
                              + ", not a regular file");
  if (std::cmp_greater(info.st_size, max_size))
    return unreadable(path,
                      "is longer than " + std::to_string(max_size) + " bytes");
  return {};
}

/// Reads to the end of the file or of the buffer.
caf::error read_all(const std::string& path, int fd, wiped_buffer& into) {
  while (into.room() > 0) {
    const auto count = read_some(fd, into.tail(), into.room());
    if (count < 0)
      return failed(path, "cannot be read", errno);
    if (count == 0)
      break;
    into.commit(static_cast<std::size_t>(count));
  }
  return {};
}

bool same_content(const struct stat& lhs, const struct stat& rhs) noexcept {
  return lhs.st_size == rhs.st_size && lhs.st_mtim.tv_sec == rhs.st_mtim.tv_sec
         && lhs.st_mtim.tv_nsec == rhs.st_mtim.tv_nsec;
}

/// A file may claim any time, but a timestamp ends in the year 2262.
caf::timestamp to_timestamp(const timespec& time) noexcept {
  using std::chrono::duration_cast;
  using std::chrono::seconds;
  constexpr auto first = duration_cast<seconds>(caf::timespan::min());
  constexpr auto last = duration_cast<seconds>(caf::timespan::max());
  const auto whole = std::clamp(seconds{time.tv_sec}, first, last);
  return saturating_add(caf::timestamp{whole},
                        std::chrono::nanoseconds{time.tv_nsec});
}

} // namespace

caf::expected<token_file> read_token_file(const std::string& path,
                                          std::size_t max_size) {
  // Opening a FIFO or a device can have effects, hence the look ahead.
  struct stat before = {};
  if (::stat(path.c_str(), &before) != 0)
    return failed(path, "cannot be read", errno);
  if (auto err = check(path, before, max_size))
    return err;
  const auto fd = unique_fd{
    ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (!fd || ::fstat(fd.get(), &before) != 0)
    return failed(path, "cannot be opened", errno);
  if (auto err = check(path, before, max_size))
    return err;
  // One byte more, to see whether there is more than allowed.
  auto content = wiped_buffer{max_size + 1};
  if (auto err = read_all(path, fd.get(), content))
    return err;
  struct stat after = {};
  if (::fstat(fd.get(), &after) != 0)
    return failed(path, "cannot be read", errno);
  if (content.room() == 0)
    return unreadable(path,
                      "is longer than " + std::to_string(max_size) + " bytes");
  // Half of the old and half of the new token would make a token, too.
  if (!same_content(before, after))
    return unreadable(path, "was changed while being read");
  return token_file{std::move(content), to_timestamp(after.st_mtim)};
}

} // namespace bearer::detail
