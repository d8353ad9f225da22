#include <bearer/error.hpp>
#include <bearer/http/detail/engine.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <new>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace bearer::http::detail {

namespace {

/// So many at once to the same origin: enough to keep a server busy, few enough
/// that a crowd of bearers neither floods it nor uses up our descriptors.
constexpr std::size_t max_active_per_origin = 64;

/// Idle connections that are kept.
constexpr long max_idle = 64;

/// How often those that wait for their turn are looked at for being late.
constexpr auto look_interval = std::chrono::milliseconds{100};

/// How long to wait for anything when there is nothing to look at.
constexpr auto idle_interval = std::chrono::minutes{1};

using transfer_ptr = std::unique_ptr<transfer>;

/// libcurl's own state, once per process. Thread-safe where libcurl says so,
/// which the versions do that we take.
void init_curl() {
  static const auto outcome = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (outcome != CURLE_OK)
    throw std::bad_alloc{};
}

/// The transfers to one origin.
struct lane {
  std::size_t active = 0;
  std::deque<transfer_ptr> waiting = {};
};

} // namespace

class engine::impl {
public:
  impl() : multi_((init_curl(), curl_multi_init()), curl_multi_cleanup) {
    if (!multi_)
      throw std::bad_alloc{};
    curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, max_idle);
    thread_ = std::thread{[this] { run(); }};
  }

  impl(const impl&) = delete;

  impl& operator=(const impl&) = delete;

  ~impl() {
    {
      std::lock_guard guard{mutex_};
      stopping_ = true;
    }
    curl_multi_wakeup(multi_.get());
    thread_.join();
    for (auto& [handle, what] : active_)
      curl_multi_remove_handle(multi_.get(), handle);
  }

  std::uint64_t start(request what, std::shared_ptr<response_record> record) {
    auto id = std::uint64_t{0};
    {
      std::lock_guard guard{mutex_};
      id = ++last_id_;
      started_.push_back(
        std::make_unique<transfer>(id, std::move(what), std::move(record)));
    }
    curl_multi_wakeup(multi_.get());
    return id;
  }

  void abort(std::uint64_t id) {
    {
      std::lock_guard guard{mutex_};
      aborted_.push_back(id);
    }
    curl_multi_wakeup(multi_.get());
  }

private:
  // -- the thread's own
  // --------------------------------------------------------

  void run() {
    while (take_orders()) {
      auto running = 0;
      curl_multi_perform(multi_.get(), &running);
      finish();
      drop_late();
      const auto wait = waiting_ > 0 ? std::chrono::milliseconds{look_interval}
                                     : std::chrono::milliseconds{idle_interval};
      curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(wait.count()),
                      nullptr);
    }
  }

  /// @returns false if there is nothing more to do.
  bool take_orders() {
    auto started = std::vector<transfer_ptr>{};
    auto aborted = std::vector<std::uint64_t>{};
    {
      std::lock_guard guard{mutex_};
      if (stopping_)
        return false;
      started.swap(started_);
      aborted.swap(aborted_);
    }
    for (auto& what : started)
      enter(std::move(what));
    for (const auto id : aborted)
      drop(id);
    return true;
  }

  void enter(transfer_ptr what) {
    auto& to = lanes_[what->origin()];
    if (to.active >= max_active_per_origin) {
      to.waiting.push_back(std::move(what));
      ++waiting_;
      return;
    }
    ++to.active;
    launch(std::move(what));
  }

  /// Hands a transfer to curl, which has its place in a lane.
  void launch(transfer_ptr what) {
    auto err = caf::error{};
    try {
      err = what->prepare();
    } catch (const std::bad_alloc&) {
      err = caf::make_error(errc::connection_failed, "out of memory");
    }
    if (!err) {
      auto* handle = what->handle();
      if (curl_multi_add_handle(multi_.get(), handle) == CURLM_OK) {
        active_.emplace(handle, std::move(what));
        return;
      }
      err = caf::make_error(errc::connection_failed, "out of memory");
    }
    what->fail(std::move(err));
    leave(what->origin());
  }

  /// Gives the place in a lane to the next.
  void leave(const std::string& origin) {
    const auto i = lanes_.find(origin);
    auto& to = i->second;
    if (to.waiting.empty()) {
      if (--to.active == 0)
        lanes_.erase(i);
      return;
    }
    auto next = std::move(to.waiting.front());
    to.waiting.pop_front();
    --waiting_;
    launch(std::move(next));
  }

  void finish() {
    auto left = 0;
    while (auto* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE)
        continue;
      // Removing the handle invalidates the message.
      const auto code = message->data.result;
      auto what = take(message->easy_handle);
      if (what->ended(code))
        launch(std::move(what));
      else
        leave(what->origin());
    }
  }

  /// Takes an active transfer away from curl.
  transfer_ptr take(CURL* handle) {
    curl_multi_remove_handle(multi_.get(), handle);
    const auto i = active_.find(handle);
    auto result = std::move(i->second);
    active_.erase(i);
    return result;
  }

  void drop(std::uint64_t id) {
    const auto has_id = [id](const transfer_ptr& x) { return x->id() == id; };
    const auto active = std::ranges::find_if(active_, [&](const auto& x) {
      return has_id(x.second);
    });
    if (active != active_.end()) {
      leave(take(active->first)->origin());
      return;
    }
    for (auto& [origin, to] : lanes_)
      waiting_ -= std::erase_if(to.waiting, has_id);
  }

  /// Answers those whose time was over before it was their turn.
  void drop_late() {
    const auto now = std::chrono::steady_clock::now();
    if (waiting_ == 0 || now < next_look_)
      return;
    next_look_ = now + look_interval;
    for (auto& [origin, to] : lanes_)
      waiting_ -= std::erase_if(to.waiting, [now](const transfer_ptr& x) {
        const auto late = x->deadline() <= now;
        if (late)
          x->fail_late();
        return late;
      });
  }

  std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)> multi_;

  // What other threads leave here.
  std::mutex mutex_;
  bool stopping_ = false;
  std::uint64_t last_id_ = 0;
  std::vector<transfer_ptr> started_;
  std::vector<std::uint64_t> aborted_;

  // The thread's own.
  std::unordered_map<CURL*, transfer_ptr> active_;
  std::map<std::string, lane> lanes_;
  std::size_t waiting_ = 0;
  std::chrono::steady_clock::time_point next_look_;

  std::thread thread_;
};

engine::engine() : impl_(std::make_unique<impl>()) {
  // nop
}

engine::~engine() = default;

std::uint64_t engine::start(request what,
                            std::shared_ptr<response_record> record) {
  return impl_->start(std::move(what), std::move(record));
}

void engine::abort(std::uint64_t id) {
  impl_->abort(id);
}

} // namespace bearer::http::detail
