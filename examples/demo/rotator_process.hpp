#pragma once

#include <filesystem>

#include <sys/types.h>

namespace demo {

/// A folder that nobody else may look into, removed with its content at the
/// end.
class private_folder {
public:
  /// @throws std::system_error
  private_folder();

  private_folder(const private_folder&) = delete;

  private_folder& operator=(const private_folder&) = delete;

  ~private_folder();

  const std::filesystem::path& path() const noexcept {
    return path_;
  }

private:
  std::filesystem::path path_;
};

/// The process that rotates the token file.
class rotator_process {
public:
  /// Starts the program `token-rotator` that lies beside this one.
  /// @throws std::system_error
  explicit rotator_process(const std::filesystem::path& token_file);

  rotator_process(const rotator_process&) = delete;

  rotator_process& operator=(const rotator_process&) = delete;

  ~rotator_process();

  /// Ends the process and waits for it.
  /// @returns whether it had been at work until now.
  bool stop();

private:
  pid_t pid_ = 0;

  /// The other end is the process's standard input.
  int pipe_ = -1;
};

} // namespace demo
