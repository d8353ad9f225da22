#pragma once

#include <bearer/oauth2/options.hpp>

#include <caf/actor_control_block.hpp>
#include <caf/actor_system.hpp>
#include <caf/expected.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace bearer::detail {

/// Where tokens are, which the options say or their issuer. Of those who want
/// to know at the same time, one asks the issuer. All members may be called
/// from any thread.
class token_endpoint : public std::enable_shared_from_this<token_endpoint> {
public:
  /// An endpoint, or why there is none; nothing if whoever has asked for it has
  /// given up, and somebody else has to.
  using finding = std::optional<caf::expected<std::string>>;
  using handler = std::function<void(const finding&)>;

  /// The asking of the issuer. Its end lets others ask.
  class turn {
  public:
    explicit turn(std::shared_ptr<token_endpoint> of);

    turn(const turn&) = delete;

    turn& operator=(const turn&) = delete;

    ~turn();

    /// Tells everybody what came of it.
    void finish(const caf::expected<std::string>& found);

  private:
    std::shared_ptr<token_endpoint> of_;
  };

  /// @param given What the options say; empty if the issuer has to be asked.
  explicit token_endpoint(std::string given);

  /// Calls `on_found` if the endpoint is known. If not, then the caller has to
  /// ask if it gets a turn; else `on_found` is called inside of `who` once
  /// another one has asked.
  std::unique_ptr<turn> find(caf::weak_actor_ptr who, handler on_found);

  /// Tokens are not there any more, unless that is what the options say.
  void forget(const std::string& url);

private:
  struct waiter {
    caf::weak_actor_ptr who;
    handler on_found;
  };

  /// Ends the turn.
  void finish(const finding& found);

  const std::string given_;

  std::mutex mutex_;
  std::string known_;
  bool asking_ = false;
  std::vector<waiter> waiting_;
};

/// The endpoint of these options, which all sources of this actor system have
/// in common that ask the same issuer over the same kind of connection.
std::shared_ptr<token_endpoint> shared_endpoint(const caf::actor_system& sys,
                                                const oauth2::options& options);

} // namespace bearer::detail
