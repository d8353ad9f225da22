#include "private_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace file_demo {

private_folder::private_folder() {
  auto name
    = (std::filesystem::temp_directory_path() / "bearer-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr)
    throw std::system_error(errno, std::system_category(), name);
  path_ = name;
}

private_folder::~private_folder() {
  auto ignored = std::error_code{};
  std::filesystem::remove_all(path_, ignored);
}

} // namespace file_demo
