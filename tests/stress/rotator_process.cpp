#include "rotator_process.hpp"

#include "sources.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

namespace stress {

rotator_process::rotator_process(const std::string& file, std::uint32_t seed) {
  const auto command = "exec '" + program_beside_this("stress-rotator") + "' '"
                       + file + "' " + std::to_string(seed);
  // Not inherited by the programs that a command source starts: they would
  // keep it going.
  input_ = popen(command.c_str(), "we");
  if (input_ == nullptr)
    throw std::system_error(errno, std::system_category(), command);
}

rotator_process::rotator_process(rotator_process&& other) noexcept
  : input_(std::exchange(other.input_, nullptr)) {
  // nop
}

rotator_process::~rotator_process() {
  stop();
}

bool rotator_process::stop() {
  return input_ != nullptr && pclose(std::exchange(input_, nullptr)) == 0;
}

} // namespace stress
