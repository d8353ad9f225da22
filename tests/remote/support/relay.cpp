#include "remote/support/relay.hpp"

#include <thread>

namespace bearer::test {

std::string relay::heard() const {
  const auto guard = std::lock_guard{mutex_};
  return heard_;
}

void relay::serve(connection& from) {
  const auto to = connect_to(to_);
  if (!to)
    return;
  auto back = std::thread{[&] {
    for (auto text = to->read(); !text.empty(); text = to->read())
      from.write(text);
    from.close();
  }};
  for (auto text = from.read(); !text.empty(); text = from.read()) {
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
