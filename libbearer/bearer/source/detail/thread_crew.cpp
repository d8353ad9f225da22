#include <bearer/source/detail/thread_crew.hpp>

#include <deque>
#include <mutex>
#include <thread>

namespace bearer::detail {

thread_job::~thread_job() = default;

/// What the threads and the crew have in common.
class thread_crew::queue : public std::enable_shared_from_this<queue> {
public:
  explicit queue(std::size_t max_threads) : max_threads_(max_threads) {
    // nop
  }

  void push(const std::shared_ptr<thread_job>& job) {
    const auto guard = std::lock_guard{mutex_};
    // While all threads are blocked, those who give up must not pile up.
    std::erase_if(waiting_, [](const auto& x) { return x.expired(); });
    waiting_.push_back(job);
    if (threads_ == max_threads_)
      return;
    try {
      std::thread{&queue::work, shared_from_this()}.detach();
      ++threads_;
    } catch (...) {
      // Those that are there come to it.
      if (threads_ > 0)
        return;
      waiting_.pop_back();
      throw;
    }
  }

private:
  /// A thread's whole life.
  void work() {
    while (const auto job = next())
      job->run();
  }

  /// The next one that somebody still wants; null, and one thread less, if
  /// there is none.
  std::shared_ptr<thread_job> next() {
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

  const std::size_t max_threads_;

  std::mutex mutex_;
  std::deque<std::weak_ptr<thread_job>> waiting_;
  std::size_t threads_ = 0;
};

thread_crew::thread_crew(std::size_t max_threads)
  : queue_(std::make_shared<queue>(max_threads)) {
  // nop
}

void thread_crew::run(const std::shared_ptr<thread_job>& job) {
  queue_->push(job);
}

} // namespace bearer::detail
