#include <bearer/remote/detail/doorman.hpp>
#include <bearer/remote/detail/scribe.hpp>
#include <bearer/source/detail/posix.hpp>

#include "support/real_time.hpp"
#include "support/tcp_server.hpp"
#include "support/test_ca.hpp"

#include <caf/behavior.hpp>
#include <caf/exit_reason.hpp>
#include <caf/io/broker.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/receive_policy.hpp>
#include <caf/io/system_messages.hpp>
#include <caf/send.hpp>

#include "remote/support/node.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace bearer;
using namespace bearer::remote::detail;
using namespace bearer::test;

namespace {

/// The handles that there have been.
class handles {
public:
  void note(caf::io::connection_handle what) {
    const auto guard = std::lock_guard{mutex_};
    seen_.insert(what.id());
  }

  std::size_t count() const {
    const auto guard = std::lock_guard{mutex_};
    return seen_.size();
  }

private:
  mutable std::mutex mutex_;
  std::set<std::int64_t> seen_;
};

/// Notes the handle of a connection whose descriptor has this number.
void connect_as(node& at, transport how, role ours, int number, handles& all) {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
  const auto other = bearer::detail::unique_fd{ends[1]};
  REQUIRE(::fcntl(ends[0], F_DUPFD_CLOEXEC, number) == number);
  ::close(ends[0]);
  const auto made = must(make_scribe(at.sys, how, number, ours));
  all.note(made->hdl());
  auto alive = 0;
  auto size = socklen_t{sizeof(alive)};
  REQUIRE(::getsockopt(number, SOL_SOCKET, SO_KEEPALIVE, &alive, &size) == 0);
  CHECK(alive == 1);
}

void check_scribes(node& at, transport how) {
  handles all;
  for (auto i = 0; i < 4; ++i) {
    connect_as(at, how, role::client, 900, all);
    connect_as(at, how, role::server, 900, all);
  }
  CHECK(all.count() == 8);
}

/// A broker that takes connections, and forgets them when they end.
caf::behavior take(caf::io::broker* self, caf::io::doorman_ptr door,
                   std::shared_ptr<handles> all) {
  self->add_doorman(std::move(door));
  return {
    [self, all](const caf::io::new_connection_msg& msg) {
      all->note(msg.handle);
      self->configure_read(msg.handle, caf::io::receive_policy::at_least(1));
    },
    [](const caf::io::connection_closed_msg&) { /* forgotten */ },
    [](const caf::io::acceptor_closed_msg&) { /* so is the port */ },
  };
}

void check_connections(node& at) {
  auto door
    = must(make_doorman(at.sys, transport::plain, 0, "127.0.0.1", false));
  const auto port = door->port();
  const auto all = std::make_shared<handles>();
  const auto broker = at.sys.middleman().spawn_broker(take, door, all);
  for (auto i = 0; i < 8; ++i) {
    const auto to = connect_to(port);
    REQUIRE(to);
    to->finish();
    // Now the next one can have its descriptor.
    REQUIRE(to->wait_for_close());
  }
  CHECK(all->count() == 8);
  caf::anon_send_exit(broker, caf::exit_reason::user_shutdown);
}

} // namespace

TEST_CASE("no connection has the handle of an earlier one", "[remote]") {
  node at;
  check_scribes(at, transport::plain);
  check_connections(at);
}

TEST_CASE("no connection has the handle of an earlier one, over TLS",
          "[remote][tls]") {
  test_ca ca;
  node at{ca.issue(), ca.file()};
  check_scribes(at, transport::tls);
}
