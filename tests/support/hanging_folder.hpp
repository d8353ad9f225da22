#pragma once

#include <bearer/source/detail/posix.hpp>

#include "support/temp_folder.hpp"

#include <catch2/catch_test_macros.hpp>

#include <exception>
#include <memory>
#include <string>
#include <string_view>

namespace bearer::test {

/// A folder whose files block whoever looks at them, as those of a file server
/// do that has gone away: a file system that the kernel asks for what is in it,
/// and that never answers.
class hanging_folder {
public:
  /// @throws std::system_error if such a thing cannot be had here, which takes
  ///         the superuser and FUSE.
  hanging_folder();

  hanging_folder(const hanging_folder&) = delete;

  hanging_folder& operator=(const hanging_folder&) = delete;

  ~hanging_folder();

  /// The path of a file in it.
  std::string path(std::string_view name) const {
    return folder_.path(name);
  }

  /// Fails for those who have looked so far, and is an ordinary folder from now
  /// on, with nothing in it.
  void recover() noexcept;

  /// Writes a file and returns its path; only after it has recovered.
  std::string write(std::string_view name, std::string_view content) const {
    return folder_.write(name, content);
  }

private:
  temp_folder folder_;
  detail::unique_fd server_;
};

inline std::unique_ptr<hanging_folder> hanging_folder_or_skip() {
  try {
    return std::make_unique<hanging_folder>();
  } catch (const std::exception& ex) {
    SKIP("no file system that hangs here: " << ex.what());
  }
  return nullptr;
}

} // namespace bearer::test
