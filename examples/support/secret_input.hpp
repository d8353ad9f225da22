#pragma once

#include <bearer/secret.hpp>

#include <string>

namespace example {

/// Reads a secret from a file, without the white space around it.
/// @throws std::runtime_error naming the option and the path.
bearer::secret secret_in(const std::string& option, const std::string& path);

/// The secret that an option names the file of, else that of an environment
/// variable.
/// @throws std::runtime_error naming both if there is none.
bearer::secret secret_in_file_or_variable(const std::string& option,
                                          const std::string& path,
                                          const char* variable);

} // namespace example
