#pragma once

#include "support/real_time.hpp"
#include "support/tcp_server.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>

namespace bearer::test {

/// A way to a port of this machine that can be cut. Thread-safe, but for that.
class relay {
public:
  /// @param to Where it leads.
  explicit relay(std::uint16_t to) : to_(to) {
    // nop
  }

  relay(const relay&) = delete;

  relay& operator=(const relay&) = delete;

  /// Where it begins.
  std::uint16_t port() const {
    return wire_.port();
  }

  ~relay() {
    over_.set();
  }

  /// From now on what is sent arrives nowhere, and nobody is told.
  void fall_silent() {
    silent_ = true;
  }

  /// Breaks all connections and lets no new ones through.
  void cut() {
    wire_.refuse_connections();
  }

  /// Lets connections through again.
  void mend() {
    wire_.accept_connections();
  }

  /// Waits until a client has gone and the other side has noticed; whether that
  /// was so in good time.
  bool wait_for_end() const {
    return ended_.wait();
  }

  /// How often somebody has connected.
  std::size_t connections() const {
    return wire_.connections();
  }

  /// What clients have sent.
  std::string heard() const;

private:
  void serve(connection& from);

  /// What comes next from there, unless nobody is to have it.
  std::string next(connection& from) const;

  std::uint16_t to_;
  std::atomic<bool> silent_ = false;
  signal over_;
  mutable std::mutex mutex_;
  std::string heard_;
  signal ended_;
  tcp_server wire_{[this](connection& from) { serve(from); }};
};

} // namespace bearer::test
