#pragma once

#include <bearer/fetch_options.hpp>
#include <bearer/handle.hpp>
#include <bearer/http/send.hpp>

#include "support/http_client.hpp"
#include "support/real_time.hpp"

#include <caf/event_based_actor.hpp>

#include "end_to_end/world.hpp"

#include <future>
#include <memory>
#include <stdexcept>
#include <utility>

namespace bearer::test {

/// A request with a bearer's token that an actor of its own has begun. Copies
/// share it.
class request_under_way {
public:
  request_under_way(caf::actor_system& sys, const handle& api,
                    const http::request& what, const fetch_options& opts) {
    auto promise = std::make_shared<std::promise<http_result>>();
    result_ = promise->get_future().share();
    sys.spawn([=](caf::event_based_actor* self) {
      http::send(self, api, what, opts)
        .then([promise](http::response& x) { promise->set_value(x); },
              [promise](const caf::error& why) { promise->set_value(why); });
    });
  }

  /// Waits for the end.
  http_result get() const {
    if (result_.wait_for(patience) != std::future_status::ready)
      throw std::runtime_error("no end of a request");
    return result_.get();
  }

private:
  std::shared_future<http_result> result_;
};

inline request_under_way begin(oauth_world& it, const handle& api,
                               const http::request& what,
                               const fetch_options& opts = {}) {
  return {it.real.sys, api, what, opts};
}

} // namespace bearer::test
