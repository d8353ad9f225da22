#pragma once

#include <bearer/http/detail/transfer.hpp>
#include <bearer/http/request.hpp>

#include <cstdint>
#include <memory>

namespace bearer::http::detail {

/// Runs any number of transfers on one thread. Members may be called from any
/// thread; the destructor from any but the engine's own, for it waits for that
/// to end, which nothing holds up.
class engine {
public:
  /// Starts the thread.
  /// @throws std::system_error if there cannot be another one.
  engine();

  engine(const engine&) = delete;

  engine& operator=(const engine&) = delete;

  /// Drops the transfers that are left.
  ~engine();

  /// Starts a transfer, which ends by completing the record. Transfers beyond a
  /// number to the same origin wait for their turn.
  /// @returns a number that names it.
  std::uint64_t start(request what, std::shared_ptr<response_record> record);

  /// Drops the transfer, if it has not ended, and its connection with it.
  void abort(std::uint64_t id);

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace bearer::http::detail
