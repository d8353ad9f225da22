#include "node.hpp"

#include <bearer/bearer.hpp>
#include <bearer/remote/connect.hpp>

#include "config.hpp"
#include "sources.hpp"
#include "usage_error.hpp"

#include <chrono>
#include <stdexcept>
#include <utility>

namespace token_node {

namespace {

template <class T>
T must(caf::expected<T> what) {
  if (what)
    return std::move(*what);
  if (what.error() == bearer::errc::invalid_setting)
    throw usage_error(to_string(what.error()));
  throw std::runtime_error(to_string(what.error()));
}

bearer::handle make_bearer(caf::actor_system& sys, const config& from) {
  if (from.is_owner())
    return must(bearer::spawn(sys, owners_source(sys, from), from.settings));
  auto options = bearer::remote::connect_options{};
  options.fallback = fallback_source(sys, from);
  options.allow_unprotected = from.allow_unprotected;
  return must(bearer::remote::connect(sys, from.owners, from.settings,
                                      std::move(options)));
}

} // namespace

node::node(caf::actor_system& sys, const config& from)
  : tokens_(make_bearer(sys, from)) {
  // nop
}

std::string node::open(const config& from) {
  if (!from.is_owner())
    return "asks " + from.connect;
  auto options = bearer::remote::publish_options{};
  options.address = from.bind;
  options.allow_unprotected = from.allow_unprotected;
  published_ = must(bearer::remote::publish(tokens_, from.port, options));
  return "listens on "
         + to_string(bearer::remote::address{from.bind, published_.port()});
}

void node::close() {
  published_.unpublish();
  tokens_.close(std::chrono::seconds{1});
}

} // namespace token_node
