#include <bearer/detail/saturating.hpp>
#include <bearer/error.hpp>
#include <bearer/http/detail/engine.hpp>
#include <bearer/http/detail/signals_blocked.hpp>
#include <bearer/http/url.hpp>

#include <caf/deep_to_string.hpp>

#include <algorithm>
#include <chrono>
#include <new>
#include <stdexcept>
#include <utility>

#include <pthread.h>

namespace bearer::http::detail {

namespace {

using std::chrono::milliseconds;

/// How many requests to one server run at the same time. The others wait.
constexpr std::size_t max_running = 64;

/// How many connections are kept open, those in use included.
constexpr long max_connections = 256;

/// When to try again what failed for want of memory.
constexpr auto retry_delay = milliseconds{50};

void check(CURLMcode code) {
  if (code == CURLM_OUT_OF_MEMORY)
    throw std::bad_alloc{};
  if (code != CURLM_OK)
    throw std::runtime_error(curl_multi_strerror(code));
}

multi_ptr new_multi() {
  // Once, and never undone: the application may use libcurl too.
  static const auto code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK)
    throw std::runtime_error(curl_easy_strerror(code));
  auto result = multi_ptr{curl_multi_init()};
  if (!result)
    throw std::bad_alloc{};
  check(curl_multi_setopt(result.get(), CURLMOPT_MAXCONNECTS, max_connections));
  if (curl_multi_wakeup(result.get()) != CURLM_OK)
    throw std::runtime_error("no descriptors to wake it by");
  return result;
}

/// Names what shares connections, and waits for one in the same line.
std::string key_of(const request& what) {
  return origin(what.url)
    .append(what.for_token ? " token " : " ")
    .append(what.connection.proxy);
}

} // namespace

// -- for any thread -----------------------------------------------------------

engine::engine() : multi_(new_multi()) {
  const auto guard = signals_blocked{};
  thread_ = std::thread{[this] { run(); }};
  ::pthread_setname_np(thread_.native_handle(), "bearer-http");
}

engine::~engine() {
  {
    const auto guard = std::unique_lock{mutex_};
    stopping_ = true;
  }
  curl_multi_wakeup(multi_.get());
  thread_.join();
}

void engine::start(std::shared_ptr<exchange> what) {
  auto fresh = entries{};
  fresh.emplace_back(std::move(what));
  fresh.front().self = fresh.begin();
  {
    const auto guard = std::unique_lock{mutex_};
    orders_.splice(orders_.end(), fresh);
  }
  curl_multi_wakeup(multi_.get());
}

void engine::drop_abandoned() noexcept {
  {
    const auto guard = std::unique_lock{mutex_};
    abandoned_ = true;
  }
  curl_multi_wakeup(multi_.get());
}

// -- the I/O thread -----------------------------------------------------------

void engine::run() noexcept {
  while (take_orders()) {
    expire();
    fill_hosts();
    auto unused = 0;
    curl_multi_perform(multi_.get(), &unused);
    collect();
    fill_hosts();
    renotify();
    wait();
  }
}

bool engine::take_orders() noexcept {
  auto fresh = entries{};
  auto abandoned = false;
  {
    const auto guard = std::unique_lock{mutex_};
    if (stopping_)
      return false;
    fresh.swap(orders_);
    abandoned = std::exchange(abandoned_, false);
  }
  while (!fresh.empty())
    admit(fresh.front(), fresh);
  if (abandoned)
    sweep_abandoned();
  return true;
}

void engine::admit(entry& x, entries& fresh) noexcept {
  try {
    auto& to = hosts_[key_of(x.what->what())];
    to.waiting.splice(to.waiting.end(), fresh, x.self);
    x.to = &to;
    next_deadline_ = std::min(next_deadline_, x.what->deadline());
    room_ = true;
  } catch (...) {
    x.what->complete_without_memory(false);
    unheard_.splice(unheard_.end(), fresh, x.self);
  }
}

void engine::fill_hosts() noexcept {
  if (!std::exchange(room_, false))
    return;
  for (auto i = hosts_.begin(); i != hosts_.end();) {
    auto& to = i->second;
    while (to.running < max_running && !to.waiting.empty())
      launch(to.waiting.front());
    i = to.running == 0 ? hosts_.erase(i) : std::next(i);
  }
}

void engine::launch(entry& x) noexcept {
  try {
    const auto& what = *x.what;
    x.running.emplace(what.what(), what.deadline(), &x);
    check(curl_multi_add_handle(multi_.get(), x.running->handle()));
    running_.splice(running_.end(), x.to->waiting, x.self);
    ++x.to->running;
  } catch (const std::runtime_error& ex) {
    x.running.reset();
    fail(x, [&] { return std::string{ex.what()}; });
  } catch (...) {
    x.running.reset();
    x.what->complete_without_memory(false);
    retire(x);
  }
}

void engine::collect() noexcept {
  auto unused = 0;
  while (const auto* message = curl_multi_info_read(multi_.get(), &unused)) {
    if (message->msg != CURLMSG_DONE)
      continue;
    entry* x = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &x);
    end_round(*x, message->data.result);
  }
}

void engine::end_round(entry& x, CURLcode code) noexcept {
  try {
    auto result = x.running->end_round(code);
    if (!result) {
      check(curl_multi_remove_handle(multi_.get(), x.running->handle()));
      check(curl_multi_add_handle(multi_.get(), x.running->handle()));
      return;
    }
    x.what->complete(std::move(*result));
    retire(x);
  } catch (const std::runtime_error& ex) {
    fail(x, [&] { return std::string{ex.what()}; });
  } catch (...) {
    x.what->complete_without_memory(x.running->was_sent());
    retire(x);
  }
}

void engine::expire() noexcept {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_deadline_)
    return;
  next_deadline_ = steady_time::max();
  for_each([this, now](entry& x) {
    if (x.what->deadline() <= now)
      fail(x, [&x] {
        return std::string{"no answer within "}.append(
          caf::deep_to_string(x.what->what().timeout));
      });
    else
      next_deadline_ = std::min(next_deadline_, x.what->deadline());
  });
}

void engine::sweep_abandoned() noexcept {
  for_each([this](entry& x) {
    if (x.what->abandoned())
      retire(x);
  });
}

template <class F>
void engine::for_each(F f) noexcept {
  const auto visit = [&f](entries& xs) {
    // `f` may take the entry out of the list.
    for (auto i = xs.begin(); i != xs.end();)
      f(*i++);
  };
  visit(running_);
  for (auto& x : hosts_)
    visit(x.second.waiting);
}

template <class MakeText>
void engine::fail(entry& x, MakeText make_text) noexcept {
  const auto sent = x.running && x.running->was_sent();
  try {
    x.what->complete(caf::make_error(
      sent ? errc::answer_lost : errc::connection_failed,
      shown(x.what->what().url).append(": ").append(make_text())));
  } catch (...) {
    x.what->complete_without_memory(sent);
  }
  retire(x);
}

void engine::retire(entry& x) noexcept {
  room_ = true;
  if (x.running) {
    curl_multi_remove_handle(multi_.get(), x.running->handle());
    x.running.reset();
    --x.to->running;
    unheard_.splice(unheard_.end(), running_, x.self);
  } else {
    unheard_.splice(unheard_.end(), x.to->waiting, x.self);
  }
  notify(x);
}

void engine::notify(entry& x) noexcept {
  try {
    x.what->notify();
    unheard_.erase(x.self);
  } catch (...) {
    // Stays where it is, for the next time.
    return;
  }
}

void engine::renotify() noexcept {
  for (auto i = unheard_.begin(); i != unheard_.end();)
    notify(*i++);
}

void engine::wait() noexcept {
  constexpr auto longest = milliseconds{std::chrono::hours{1}};
  auto timeout = longest;
  if (!unheard_.empty()) {
    timeout = retry_delay;
  } else {
    const auto left = bearer::detail::saturating_distance(
      std::chrono::steady_clock::now(), next_deadline_);
    // Rounded up, lest it goes round until the time has come.
    timeout = std::clamp(std::chrono::duration_cast<milliseconds>(left)
                           + milliseconds{1},
                         milliseconds{0}, longest);
  }
  const auto code = curl_multi_poll(multi_.get(), nullptr, 0,
                                    static_cast<int>(timeout.count()), nullptr);
  if (code != CURLM_OK)
    std::this_thread::sleep_for(retry_delay);
}

} // namespace bearer::http::detail
