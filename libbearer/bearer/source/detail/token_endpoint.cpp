#include <bearer/detail/caf_compat.hpp>
#include <bearer/source/detail/token_endpoint.hpp>

#include <caf/action.hpp>
#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>

#include <map>
#include <tuple>
#include <utility>

namespace bearer::detail {

// -- token_endpoint::turn -----------------------------------------------------

token_endpoint::turn::turn(std::shared_ptr<token_endpoint> of)
  : of_(std::move(of)) {
  // nop
}

token_endpoint::turn::~turn() {
  if (of_)
    of_->finish({});
}

void token_endpoint::turn::finish(const caf::expected<std::string>& found) {
  std::exchange(of_, nullptr)->finish(found);
}

// -- token_endpoint -----------------------------------------------------------

token_endpoint::token_endpoint(std::string given)
  : given_(std::move(given)), known_(given_) {
  // nop
}

std::unique_ptr<token_endpoint::turn>
token_endpoint::find(caf::weak_actor_ptr who, handler on_found) {
  auto lock = std::unique_lock{mutex_};
  if (!known_.empty()) {
    const auto found = finding{known_};
    lock.unlock();
    on_found(found);
    return nullptr;
  }
  if (asking_) {
    waiting_.push_back({std::move(who), std::move(on_found)});
    return nullptr;
  }
  asking_ = true;
  return std::make_unique<turn>(shared_from_this());
}

void token_endpoint::forget(const std::string& url) {
  const auto guard = std::lock_guard{mutex_};
  // Others may have found the new one already.
  if (known_ == url)
    known_ = given_;
}

void token_endpoint::finish(const finding& found) {
  auto waiting = std::vector<waiter>{};
  {
    const auto guard = std::lock_guard{mutex_};
    asking_ = false;
    if (found && *found)
      known_ = **found;
    waiting.swap(waiting_);
  }
  for (auto& x : waiting)
    if (auto who = x.who.lock())
      detail::anon_mail(caf::actor_cast<caf::actor>(who),
                        caf::make_action([tell = std::move(x.on_found), found] {
                          tell(found);
                        }));
}

// -- sharing ------------------------------------------------------------------

namespace {

/// Keeps no endpoint alive.
class endpoint_table {
public:
  std::shared_ptr<token_endpoint> find_or_make(const caf::actor_system& sys,
                                               const oauth2::options& options) {
    const auto guard = std::lock_guard{mutex_};
    std::erase_if(endpoints_, [](const auto& x) { return x.second.expired(); });
    auto& known = endpoints_[key_of(sys, options)];
    auto result = known.lock();
    if (!result)
      known = result = std::make_shared<token_endpoint>(std::string{});
    return result;
  }

private:
  /// Who trusts others than we do may be told of another endpoint.
  using key = std::tuple<const caf::actor_system*, std::string, std::string,
                         std::string, std::string, std::string, bool, bool>;

  static key key_of(const caf::actor_system& sys,
                    const oauth2::options& options) {
    const auto& how = options.connection;
    return {&sys,
            options.issuer,
            how.ca_file,
            how.certificate_file,
            how.key_file,
            how.proxy,
            how.environment_proxy,
            how.allow_plain_http};
  }

  std::mutex mutex_;
  std::map<key, std::weak_ptr<token_endpoint>> endpoints_;
};

} // namespace

std::shared_ptr<token_endpoint>
shared_endpoint(const caf::actor_system& sys, const oauth2::options& options) {
  static auto table = endpoint_table{};
  if (!options.token_endpoint.empty())
    return std::make_shared<token_endpoint>(options.token_endpoint);
  return table.find_or_make(sys, options);
}

} // namespace bearer::detail
