#include <bearer/source/detail/thread_crew.hpp>

#include <thread>

namespace bearer::detail {

thread_job::~thread_job() = default;

thread_crew::thread_crew(std::size_t max_threads) : max_threads_(max_threads) {
  // nop
}

void thread_crew::run(const std::shared_ptr<thread_job>& job) {
  const auto guard = std::lock_guard{mutex_};
  // While all threads are blocked, those who give up must not pile up.
  std::erase_if(waiting_, [](const auto& x) { return x.expired(); });
  waiting_.push_back(job);
  if (threads_ == max_threads_)
    return;
  try {
    std::thread{&thread_crew::work, shared_from_this()}.detach();
    ++threads_;
  } catch (...) {
    // Those that are there come to it.
    if (threads_ > 0)
      return;
    waiting_.pop_back();
    throw;
  }
}

void thread_crew::work() {
  while (const auto job = next())
    job->run();
}

std::shared_ptr<thread_job> thread_crew::next() {
  const auto guard = std::lock_guard{mutex_};
  while (!waiting_.empty()) {
    auto result = waiting_.front().lock();
    waiting_.pop_front();
    if (result)
      return result;
  }
  --threads_;
  return nullptr;
}

} // namespace bearer::detail
