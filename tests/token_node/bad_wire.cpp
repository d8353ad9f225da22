#include "token_node/bad_wire.hpp"

#include <linux/if.h>
#include <linux/if_tun.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <exception>
#include <map>
#include <random>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace bearer::test {

namespace {

using detail::unique_fd;

using steady = std::chrono::steady_clock;

/// More than any packet has.
constexpr std::size_t max_packet = 65'536;

void throw_if(bool failed, const char* what) {
  if (failed)
    throw std::system_error(errno, std::system_category(), what);
}

/// Goes to the namespace for good.
unique_fd open_device(const std::string& where, const std::string& device) {
  const auto path = "/run/netns/" + where;
  const auto there = unique_fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  throw_if(!there || ::setns(there.get(), CLONE_NEWNET) != 0, "setns");
  auto result
    = unique_fd{::open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK)};
  throw_if(!result, "/dev/net/tun");
  auto request = ifreq{};
  device.copy(request.ifr_name, IFNAMSIZ - 1);
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  throw_if(::ioctl(result.get(), TUNSETIFF, &request) != 0, "TUNSETIFF");
  return result;
}

/// A namespace is a thread's own, so one does this that is not needed later.
unique_fd make_device(const std::string& where, const std::string& device) {
  auto result = unique_fd{};
  auto failure = std::exception_ptr{};
  std::thread{[&] {
    try {
      result = open_device(where, device);
    } catch (...) {
      failure = std::current_exception();
    }
  }}.join();
  if (failure)
    std::rethrow_exception(failure);
  return result;
}

/// What is under way, by the time of its arrival.
class packets_under_way {
public:
  void add(steady::time_point due, int to, std::string what) {
    packets_.emplace(due, std::pair{to, std::move(what)});
  }

  /// Until the first arrives, for poll(2); -1 if there is none.
  int timeout(steady::time_point now) const {
    if (packets_.empty())
      return -1;
    const auto left = packets_.begin()->first - now;
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    return static_cast<int>(std::max<std::int64_t>(ms, 0));
  }

  void deliver(steady::time_point now) {
    const auto end = packets_.upper_bound(now);
    for (auto i = packets_.begin(); i != end; ++i) {
      const auto& [to, what] = i->second;
      // One that a device has no room for is lost, as on any network.
      static_cast<void>(::write(to, what.data(), what.size()) < 0);
    }
    packets_.erase(packets_.begin(), end);
  }

private:
  std::multimap<steady::time_point, std::pair<int, std::string>> packets_;
};

} // namespace

bad_wire::bad_wire(const std::string& left, const std::string& right,
                   const std::string& device, const quality& how)
  : left_(make_device(left, device)),
    right_(make_device(right, device)),
    end_(::eventfd(0, EFD_CLOEXEC)) {
  throw_if(!end_, "eventfd");
  carrier_ = std::thread{[this, how] { carry(how); }};
}

bad_wire::~bad_wire() {
  ::eventfd_write(end_.get(), 1);
  carrier_.join();
}

void bad_wire::carry(const quality& how) {
  auto random = std::minstd_rand{};
  auto chance = std::uniform_int_distribution<unsigned>{1, 100};
  auto more = std::uniform_int_distribution<std::int64_t>{0,
                                                          how.jitter.count()};
  auto under_way = packets_under_way{};
  auto buffer = std::vector<char>(max_packet);
  auto ends = std::array{pollfd{left_.get(), POLLIN, 0},
                         pollfd{right_.get(), POLLIN, 0},
                         pollfd{end_.get(), POLLIN, 0}};
  while ((ends[2].revents & POLLIN) == 0) {
    ::poll(ends.data(), ends.size(), under_way.timeout(steady::now()));
    const auto now = steady::now();
    for (const auto from : {0U, 1U}) {
      const auto size = ::read(ends[from].fd, buffer.data(), buffer.size());
      if (size <= 0)
        continue;
      if (chance(random) <= how.loss)
        ++lost_;
      else
        under_way.add(now + how.delay + std::chrono::milliseconds{more(random)},
                      ends[1 - from].fd,
                      {buffer.data(), static_cast<std::size_t>(size)});
    }
    under_way.deliver(now);
  }
}

} // namespace bearer::test
