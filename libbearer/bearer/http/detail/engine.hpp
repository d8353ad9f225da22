#pragma once

#include <bearer/http/detail/curl.hpp>
#include <bearer/http/detail/exchange.hpp>
#include <bearer/http/detail/transfer.hpp>

#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace bearer::http::detail {

/// Runs exchanges on a thread of its own. All public members may be called from
/// any thread, though the I/O thread itself must not destroy the engine.
class engine {
public:
  /// Starts the thread.
  /// @throws std::exception
  engine();

  engine(const engine&) = delete;

  engine& operator=(const engine&) = delete;

  /// Ends the thread, waiting neither for servers nor for name servers. What is
  /// still under way is dropped.
  ~engine();

  /// Starts an exchange, whose request has been checked. It is completed and
  /// notified unless it is cancelled first.
  /// @throws std::exception in which case it was not started
  void start(std::shared_ptr<exchange> what);

  /// Ends all exchanges that nobody wants any more.
  void drop_abandoned() noexcept;

private:
  struct host;

  /// An exchange on its way through the lists.
  struct entry {
    explicit entry(std::shared_ptr<exchange> x) : what(std::move(x)) {
      // nop
    }

    std::shared_ptr<exchange> what;
    host* to = nullptr;
    std::optional<transfer> running;
    std::list<entry>::iterator self;
  };

  using entries = std::list<entry>;

  /// A server and the way to it. Requests share connections, of which there is
  /// a limited number; those for tokens have one of their own.
  struct host {
    std::size_t running = 0;
    entries waiting;
  };

  using steady_time = exchange::steady_time;

  // All of these run on the I/O thread and live through any lack of memory.

  void run() noexcept;
  bool take_orders() noexcept;
  void admit(entry& x, entries& fresh) noexcept;
  void fill_hosts() noexcept;
  void launch(entry& x) noexcept;
  void collect() noexcept;
  void end_round(entry& x, CURLcode code) noexcept;
  void expire() noexcept;
  void sweep_abandoned() noexcept;
  void renotify() noexcept;
  void wait() noexcept;

  /// Ends a running or waiting exchange with an error.
  template <class MakeText>
  void fail(entry& x, MakeText make_text) noexcept;

  /// Takes a running or waiting exchange out and tells its receiver.
  void retire(entry& x) noexcept;

  void notify(entry& x) noexcept;

  template <class F>
  void for_each(F f) noexcept;

  // Connections live here, hence it goes last.
  multi_ptr multi_;

  std::mutex mutex_;
  entries orders_;
  bool abandoned_ = false;
  bool stopping_ = false;

  // The I/O thread's.
  std::map<std::string, host> hosts_;
  entries running_;
  /// Completed, but there was no memory to tell the receiver.
  entries unheard_;
  /// No deadline is earlier.
  steady_time next_deadline_ = steady_time::max();
  /// Whether some host may have room for more.
  bool room_ = false;

  std::thread thread_;
};

} // namespace bearer::http::detail
