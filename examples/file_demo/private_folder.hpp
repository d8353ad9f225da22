#pragma once

#include <filesystem>

namespace file_demo {

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

} // namespace file_demo
