#pragma once

#include <bearer/http/response.hpp>
#include <bearer/oauth2/options.hpp>
#include <bearer/source/detail/http_attempt.hpp>

#include <caf/error.hpp>
#include <caf/expected.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bearer::detail {

/// Looks once for an issuer's token endpoint, in both places where its metadata
/// may be (RFC 8414, OpenID Connect Discovery), within one attempt. Lives
/// inside of the attempt's actor.
class oauth2_discovery {
public:
  /// Takes the endpoint, or the error that explains most.
  using handler = std::function<void(caf::expected<std::string>)>;

  oauth2_discovery(http_attempt& attempt,
                   std::shared_ptr<const oauth2::options> options);

  /// Starts; `on_end` is called once, unless the actor ends before.
  void start(handler on_end);

private:
  void ask(std::size_t index);

  void read(const http::response& answer, std::size_t index);

  /// Tries the other place, unless this was the right one and has a problem.
  void go_on(caf::error why, std::size_t index);

  http_attempt& attempt_;
  std::shared_ptr<const oauth2::options> options_;
  handler on_end_;
  std::vector<std::string> urls_;
  caf::error error_;
};

} // namespace bearer::detail
