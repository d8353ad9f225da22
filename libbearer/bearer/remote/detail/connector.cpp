#include <bearer/detail/caf_compat.hpp>
#include <bearer/remote/detail/connector.hpp>
#include <bearer/remote/detail/tls_scribe.hpp>

#include <caf/abstract_actor.hpp>
#include <caf/action.hpp>
#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/exit_reason.hpp>
#include <caf/io/basp_broker.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/middleman_actor_impl.hpp>
#include <caf/io/scribe.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace bearer::remote::detail {

namespace {

class connector_actor : public caf::io::middleman_actor_impl {
public:
  using super = caf::io::middleman_actor_impl;

  connector_actor(caf::actor_config& cfg, caf::actor broker, transport how)
    : super(cfg, std::move(broker)), how_(how) {
    // nop
  }

  const char* name() const override {
    return "bearer.connector";
  }

  void take_over(const remote::address& where, const held_socket& socket) {
    std::erase_if(sockets_, [](const auto& x) { return x.second.expired(); });
    sockets_[{where.host, where.port}] = socket;
  }

protected:
  caf::expected<caf::io::scribe_ptr> connect(const std::string& host,
                                             std::uint16_t port) override {
    const auto i = sockets_.find({host, port});
    const auto socket = i == sockets_.end() ? nullptr : i->second.lock();
    const auto fd = socket ? socket->release() : -1;
    if (fd < 0)
      return caf::make_error(caf::sec::cannot_connect_to_node);
    sockets_.erase(i);
    if (how_ == transport::tls)
      return make_tls_scribe(system(), fd);
    return system().middleman().backend().new_scribe(fd);
  }

private:
  transport how_;

  /// By their addresses. Whoever has handed one over keeps it meanwhile.
  std::map<std::pair<std::string, std::uint16_t>, std::weak_ptr<owned_socket>>
    sockets_;
};

caf::actor spawn_connector(caf::actor_system& sys, transport how) {
  auto broker = sys.middleman().named_broker<caf::io::basp_broker>("BASP");
  auto result = caf::actor_cast<caf::actor>(
    sys.spawn<connector_actor, caf::hidden>(broker, how));
  // Nobody else ends it, and it has handles of the broker and of its peers.
  caf::actor_cast<caf::abstract_actor*>(broker)->attach_functor(
    [known = caf::actor_cast<caf::weak_actor_ptr>(result)] {
      if (const auto it = known.lock())
        caf::anon_send_exit(it, caf::exit_reason::kill);
    });
  return result;
}

/// One for each actor system, because CAF's remembers where it is connected.
caf::actor find_connector(caf::actor_system& sys, transport how) {
  static auto mutex = std::mutex{};
  const auto guard = std::lock_guard{mutex};
  const auto* key = how == transport::tls ? "bearer.tls-connector"
                                          : "bearer.connector";
  if (auto known = sys.registry().get<caf::actor>(key))
    return known;
  auto result = spawn_connector(sys, how);
  sys.registry().put(key, result);
  return result;
}

} // namespace

connector connector_of(caf::actor_system& sys, transport how) {
  const auto it = find_connector(sys, how);
  return {caf::actor_cast<caf::io::middleman_actor>(it),
          [it](const address& where, const held_socket& socket) {
            auto* self = dynamic_cast<connector_actor*>(
              caf::actor_cast<caf::abstract_actor*>(it));
            bearer::detail::anon_mail(it, caf::make_action([=] {
                                        // Inside the actor.
                                        self->take_over(where, socket);
                                      }));
          }};
}

} // namespace bearer::remote::detail
