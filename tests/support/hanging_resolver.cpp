#include "support/hanging_resolver.hpp"

#include "support/real_time.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string_view>

#include <dlfcn.h>
#include <netdb.h>

namespace bearer::test {

namespace {

struct hang_state {
  std::mutex mutex;
  std::condition_variable changed;
  bool hangs = false;
  std::size_t hanging = 0;
};

/// Never destroyed: look-ups may be under way at the end of the program.
hang_state& state() {
  static auto& result = *new hang_state;
  return result;
}

std::atomic<bool> localhost_misleads = false;

} // namespace

hanging_resolver::hanging_resolver() {
  const auto guard = std::unique_lock{state().mutex};
  state().hangs = true;
}

hanging_resolver::~hanging_resolver() {
  auto guard = std::unique_lock{state().mutex};
  state().hangs = false;
  state().changed.notify_all();
  state().changed.wait(guard, [] { return state().hanging == 0; });
}

bool hanging_resolver::wait_for(std::size_t count) {
  auto guard = std::unique_lock{state().mutex};
  return state().changed.wait_for(guard, patience,
                                  [count] { return state().hanging >= count; });
}

misleading_localhost::misleading_localhost() {
  localhost_misleads = true;
}

misleading_localhost::~misleading_localhost() {
  localhost_misleads = false;
}

static void hang() {
  auto guard = std::unique_lock{state().mutex};
  ++state().hanging;
  state().changed.notify_all();
  state().changed.wait(guard, [] { return !state().hangs; });
  --state().hanging;
  state().changed.notify_all();
}

} // namespace bearer::test

namespace {

using lookup = int (*)(const char*, const char*, const addrinfo*, addrinfo**);

int find(const char* node, const char* service, const addrinfo* hints,
         addrinfo** result) {
  static const auto next
    = reinterpret_cast<lookup>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  return next(node, service, hints, result);
}

int find_two(const char* service, const addrinfo* hints, addrinfo** result) {
  if (const auto err = find("127.0.0.1", service, hints, result))
    return err;
  return find("127.0.0.2", service, hints, &(*result)->ai_next);
}

} // namespace

extern "C" __attribute__((visibility("default"))) int
getaddrinfo(const char* node, const char* service, const addrinfo* hints,
            addrinfo** result) {
  const auto name = std::string_view{node == nullptr ? "" : node};
  if (name.ends_with("hang.test")) {
    bearer::test::hang();
    return EAI_NONAME;
  }
  if (name == "two.test")
    return find_two(service, hints, result);
  if (name == "localhost" && bearer::test::localhost_misleads)
    return find("0.0.0.0", service, hints, result);
  return find(node, service, hints, result);
}
