#pragma once

#include <bearer/secret.hpp>

#include <caf/error.hpp>

#include <string>

namespace oauth2_client {

/// The file that keeps a refresh token between runs.
class refresh_token_file {
public:
  /// @throws std::runtime_error naming option and path if there is none.
  explicit refresh_token_file(const std::string& path);

  /// Reads the token.
  /// @throws std::runtime_error naming option and path.
  bearer::secret read() const;

  /// Replaces the token: readers see the old one or the new one, even after a
  /// power failure, and nobody but the owner sees either.
  /// @returns an error naming the path, or none.
  caf::error write(const bearer::secret& token) const;

private:
  /// Where the file itself is, for a link to it is to stay one.
  std::string path_;
};

} // namespace oauth2_client
