#pragma once

#include <bearer/oauth2/options.hpp>
#include <bearer/source/detail/thread_crew.hpp>

#include <memory>

namespace bearer::detail {

/// The threads that sign with the keys of these options, which all sources with
/// the same files have in common; null if nothing is signed. Signing takes a
/// thread because the reading of a file may block, and then it shall hold up
/// only those who need that file.
std::shared_ptr<thread_crew> signing_crew(const oauth2::options& options);

} // namespace bearer::detail
