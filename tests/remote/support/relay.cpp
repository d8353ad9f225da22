#include "remote/support/relay.hpp"

#include <thread>

namespace bearer::test {

std::string relay::heard() const {
  const auto guard = std::lock_guard{mutex_};
  return heard_;
}

std::string relay::next(connection& from) const {
  auto result = from.read();
  if (!silent_)
    return result;
  over_.wait();
  return {};
}

void relay::serve(connection& from) {
  const auto to = connect_to(to_);
  if (!to)
    return;
  auto back = std::thread{[&] {
    for (auto text = next(*to); !text.empty(); text = next(*to))
      from.write(text);
    from.close();
  }};
  for (auto text = next(from); !text.empty(); text = next(from)) {
    {
      const auto guard = std::lock_guard{mutex_};
      heard_ += text;
    }
    to->write(text);
  }
  to->finish();
  back.join();
  ended_.set();
}

} // namespace bearer::test
