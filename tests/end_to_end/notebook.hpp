#pragma once

#include "support/heard_request.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace bearer::test {

/// The requests that a server has heard. Thread-safe; copies share it.
class notebook {
public:
  /// Notes what it is called with.
  std::function<void(const heard_request&)> writer() const {
    return [to = content_](const heard_request& what) {
      const auto guard = std::lock_guard{to->mutex};
      to->requests.push_back(what);
    };
  }

  std::vector<heard_request> all() const {
    const auto guard = std::lock_guard{content_->mutex};
    return content_->requests;
  }

private:
  struct content {
    std::mutex mutex;
    std::vector<heard_request> requests;
  };

  std::shared_ptr<content> content_ = std::make_shared<content>();
};

} // namespace bearer::test
