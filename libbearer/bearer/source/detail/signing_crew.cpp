#include <bearer/source/detail/signing_crew.hpp>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <variant>

namespace bearer::detail {

namespace {

/// The names of files; an empty one stands for keys that are in memory.
using file_set = std::set<std::string>;

void add(file_set& files, const oauth2::assertion& what) {
  if (const auto* made = std::get_if<oauth2::signed_assertion>(&what))
    files.insert(made->key.file);
}

file_set key_files(const oauth2::options& options) {
  auto result = file_set{};
  if (const auto* client
      = std::get_if<oauth2::private_key_jwt>(&options.authentication))
    result.insert(client->key.file);
  if (const auto* grant = std::get_if<oauth2::jwt_bearer>(&options.grant))
    add(result, grant->assertion);
  if (const auto* grant = std::get_if<oauth2::token_exchange>(&options.grant)) {
    add(result, grant->subject_token);
    add(result, grant->actor_token);
  }
  return result;
}

/// Signing is arithmetic; more threads than this gain nothing. Two at least, so
/// that one that is blocked does not block all.
std::size_t max_threads() {
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 2, 16);
}

/// The crews of the process. Keeps none alive.
class crew_table {
public:
  std::shared_ptr<thread_crew> find_or_make(file_set files) {
    const auto guard = std::lock_guard{mutex_};
    std::erase_if(crews_, [](const auto& x) { return x.second.expired(); });
    auto& known = crews_[std::move(files)];
    auto result = known.lock();
    if (!result)
      known = result = std::make_shared<thread_crew>(max_threads());
    return result;
  }

private:
  std::mutex mutex_;
  std::map<file_set, std::weak_ptr<thread_crew>> crews_;
};

} // namespace

std::shared_ptr<thread_crew> signing_crew(const oauth2::options& options) {
  static auto table = crew_table{};
  auto files = key_files(options);
  return files.empty() ? nullptr : table.find_or_make(std::move(files));
}

} // namespace bearer::detail
