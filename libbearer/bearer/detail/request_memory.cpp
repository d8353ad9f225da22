#include <bearer/detail/request_memory.hpp>

#include <utility>

namespace bearer::detail {

request_memory::request_memory(std::shared_ptr<const receiver_config> config)
  : config_(std::move(config)) {
  // nop
}

void request_memory::begin(fetch_options& opts) {
  ++trials_;
  if (refused_ && !opts.newer_than)
    opts.newer_than = latest_.generation;
}

void request_memory::remember(const token& fetched) {
  if (!supersedes(fetched.generation, latest_.generation))
    return;
  latest_ = fetched;
  refused_ = false;
}

std::optional<token> request_memory::latest() const {
  if (latest_.access_token.empty())
    return std::nullopt;
  return latest_;
}

request_memory::advice request_memory::judge(const caf::error& why,
                                             const fetch_options& opts) {
  if (trials_ >= opts.max_retries.value_or(config_->max_retries))
    return {};
  const auto& predicate = config_->judge;
  const auto verdict = predicate ? predicate(why) : default_retry_verdict(why);
  auto result = advice{verdict != retry_verdict::no};
  if (verdict == retry_verdict::refused)
    result.rejected = reject_latest();
  return result;
}

std::optional<generation> request_memory::reject_latest() {
  if (refused_ || latest_.access_token.empty())
    return std::nullopt;
  refused_ = true;
  // At once, so that nobody whom the caller tells of it gets it again.
  if (!config_->slot->reject(latest_.generation))
    return std::nullopt;
  return latest_.generation;
}

} // namespace bearer::detail
