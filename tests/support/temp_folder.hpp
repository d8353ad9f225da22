#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace bearer::test {

/// A folder of a test's own that is deleted afterwards.
class temp_folder {
public:
  temp_folder() {
    auto pattern
      = (std::filesystem::temp_directory_path() / "bearer-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
      throw std::runtime_error("cannot make " + pattern);
    path_ = pattern;
  }

  temp_folder(const temp_folder&) = delete;

  temp_folder& operator=(const temp_folder&) = delete;

  ~temp_folder() {
    auto ignored = std::error_code{};
    std::filesystem::remove_all(path_, ignored);
  }

  /// The path of the folder.
  std::string path() const {
    return path_.string();
  }

  /// The path of something in the folder.
  std::string path(std::string_view name) const {
    return (path_ / name).string();
  }

  /// Writes a file and returns its path.
  std::string write(std::string_view name, std::string_view content) const {
    auto result = path(name);
    auto out = std::ofstream{result, std::ios::binary | std::ios::trunc};
    out << content;
    return result;
  }

private:
  std::filesystem::path path_;
};

/// Sets an environment variable for the length of a test, or removes it.
class scoped_variable {
public:
  scoped_variable(std::string name, const char* value)
    : name_(std::move(name)) {
    if (const auto* old = std::getenv(name_.c_str()))
      old_ = old;
    else
      was_set_ = false;
    set(value);
  }

  scoped_variable(const scoped_variable&) = delete;

  scoped_variable& operator=(const scoped_variable&) = delete;

  ~scoped_variable() {
    set(was_set_ ? old_.c_str() : nullptr);
  }

  void set(const char* value) {
    if (value != nullptr)
      ::setenv(name_.c_str(), value, 1);
    else
      ::unsetenv(name_.c_str());
  }

private:
  std::string name_;
  std::string old_;
  bool was_set_ = true;
};

} // namespace bearer::test
