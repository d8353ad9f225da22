#include <bearer/error.hpp>
#include <bearer/source/detail/blocking_source.hpp>
#include <bearer/source/detail/expand_path.hpp>
#include <bearer/source/detail/posix.hpp>
#include <bearer/source/detail/token_file.hpp>
#include <bearer/source/file_source.hpp>
#include <bearer/source/token_text.hpp>

#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

namespace bearer {

namespace {

caf::error check(const file_source_options& options) {
  if (options.refresh_period <= caf::timespan::zero())
    return caf::make_error(errc::invalid_setting,
                           "refresh_period: must be above 0");
  if (options.max_size == 0
      || options.max_size > file_source_options::max_max_size)
    return caf::make_error(errc::invalid_setting,
                           "max_size: must be from 1 to "
                             + std::to_string(file_source_options::max_max_size)
                             + " bytes");
  if (!options.clock)
    return caf::make_error(errc::invalid_setting, "clock: must be callable");
  return {};
}

/// A limit of megabytes may be more memory than there is.
caf::expected<detail::token_file> read_file(const std::string& path,
                                            std::size_t max_size) try {
  return detail::read_token_file(path, max_size);
} catch (const std::bad_alloc&) {
  return caf::make_error(errc::unreadable_token,
                         "file '" + path
                           + "' cannot be read: " + detail::errno_text(ENOMEM));
}

caf::expected<token> read_token(const std::string& path,
                                const file_source_options& options) {
  auto file = read_file(path, options.max_size);
  if (!file)
    return std::move(file.error());
  const auto issued_at = std::min(file->modified, options.clock());
  auto result = parse_token_text(file->content, issued_at,
                                 "file '" + path + "'");
  if (result)
    result->refresh_after = options.refresh_period;
  return result;
}

} // namespace

caf::expected<any_source> file_source(caf::actor_system& sys,
                                      const std::string& path,
                                      file_source_options options) {
  if (auto err = check(options))
    return err;
  auto expanded = detail::expand_path(path);
  if (!expanded)
    return std::move(expanded.error());
  auto read = [path = std::move(*expanded), options = std::move(options)](
                const attempt&, const std::stop_token&) {
    return read_token(path, options);
  };
  return detail::blocking_source(sys, std::move(read));
}

} // namespace bearer
