#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

namespace stress {

/// The program `stress-rotator` at work on a file. It ends with its input.
class rotator_process {
public:
  /// @param file A path that means nothing to a shell.
  /// @throws std::system_error
  rotator_process(const std::string& file, std::uint32_t seed);

  rotator_process(rotator_process&& other) noexcept;

  rotator_process& operator=(rotator_process&&) = delete;

  ~rotator_process();

  /// @returns whether it had been at work until now.
  bool stop();

private:
  std::FILE* input_;
};

} // namespace stress
