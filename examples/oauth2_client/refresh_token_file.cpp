#include "refresh_token_file.hpp"

#include "support/secret_input.hpp"

#include <caf/sec.hpp>

#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

namespace oauth2_client {

namespace {

constexpr auto option = "refresh-token-file";

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto count = write(fd, text.data(), text.size());
    if (count < 0 && errno != EINTR)
      return false;
    if (count > 0)
      text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

/// Writes a file that is on the disk afterwards.
bool write_and_close(int fd, std::string_view text) {
  const auto written = write_all(fd, text) && write_all(fd, "\n")
                       && fsync(fd) == 0;
  const auto code = errno;
  const auto closed = close(fd) == 0;
  if (!written)
    errno = code;
  return written && closed;
}

/// Makes a change of a folder's entries last.
bool sync_folder(const std::string& path) {
  const auto fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return false;
  const auto synced = fsync(fd) == 0;
  close(fd);
  return synced;
}

} // namespace

refresh_token_file::refresh_token_file(const std::string& path) {
  auto failure = std::error_code{};
  path_ = std::filesystem::canonical(path, failure).string();
  if (failure)
    throw std::runtime_error("--" + std::string{option} + ": " + path + ": "
                             + failure.message());
}

bearer::secret refresh_token_file::read() const {
  return example::secret_in(option, path_);
}

caf::error refresh_token_file::write(const bearer::secret& token) const {
  const auto failed = [this](int code) {
    return caf::make_error(caf::sec::cannot_open_file,
                           path_ + ": "
                             + std::generic_category().message(code));
  };
  auto fresh = path_ + ".XXXXXX";
  // For the owner alone, whatever the mask says.
  const auto fd = mkostemp(fresh.data(), O_CLOEXEC);
  if (fd < 0)
    return failed(errno);
  if (!write_and_close(fd, token.view())
      || rename(fresh.c_str(), path_.c_str()) != 0) {
    const auto code = errno;
    unlink(fresh.c_str());
    return failed(code);
  }
  if (!sync_folder(std::filesystem::path{path_}.parent_path().string()))
    return failed(errno);
  return {};
}

} // namespace oauth2_client
