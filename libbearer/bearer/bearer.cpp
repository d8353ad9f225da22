#include <bearer/bearer.hpp>
#include <bearer/detail/assemble.hpp>
#include <bearer/detail/local_slot.hpp>
#include <bearer/detail/thread_memory.hpp>
#include <bearer/internal/cache.hpp>
#include <bearer/internal/passing_actor.hpp>
#include <bearer/internal/receiver.hpp>
#include <bearer/internal/refresher.hpp>
#include <bearer/reader.hpp>
#include <bearer/source/bearer_source.hpp>

#include <caf/actor_system.hpp>

#include <atomic>
#include <memory>
#include <random>
#include <utility>

namespace bearer {

struct detail::handle_core {
  cache_actor cache;
  std::string name;
  token_source wrapped;

  /// What receivers share, with this as its owner. Brings the slot.
  receiver_config receivers;
};

namespace {

std::uint64_t random_number() {
  auto device = std::random_device{};
  return (std::uint64_t{device()} << 32U) | device();
}

/// Never 0, which stands for "no bearer".
std::uint64_t random_id() {
  for (;;)
    if (auto id = random_number())
      return id;
}

/// The errors that say that the bearer's actors are gone.
caf::error name_cache_error(caf::error err) {
  if (err == caf::sec::request_receiver_down)
    return caf::make_error(errc::stopped);
  return err;
}

} // namespace

// -- spawn --------------------------------------------------------------------

caf::expected<handle> spawn(caf::actor_system& sys, any_source source,
                            const renewal_settings& settings,
                            spawn_options options) {
  auto wrapped = source.fetcher();
  return detail::assemble(
    sys,
    {std::move(source), settings, std::move(options), std::move(wrapped), {}});
}

caf::expected<handle> detail::assemble(caf::actor_system& sys, parts&& from) {
  auto& [source, settings, options, wrapped, introduce] = from;
  if (auto err = validate(settings))
    return err;
  if (!source)
    return caf::make_error(errc::invalid_setting, "source: must be an actor");
  if (!options.clock)
    return caf::make_error(errc::invalid_setting, "clock: must be callable");
  const auto memory = detail::thread_memory{};
  auto core = std::make_shared<detail::handle_core>();
  core->name = std::move(options.name);
  core->wrapped = std::move(wrapped);
  core->receivers
    = {settings.max_retries, settings.fetch_timeout,
       std::make_shared<detail::local_slot>(std::move(options.clock)),
       std::move(options.judge)};
  auto keeper = internal::refresher_config{};
  keeper.settings = settings;
  keeper.id = random_id();
  keeper.seed = settings.seed ? *settings.seed : random_number();
  keeper.source = std::move(source);
  keeper.slot = core->receivers.slot;
  auto config = internal::cache_config{};
  config.id = keeper.id;
  config.fetch_timeout = settings.fetch_timeout;
  config.slot = core->receivers.slot;
  config.make_refresher
    = [&sys, keeper, meet = std::move(introduce)](const cache_actor& cache) {
        auto result = internal::spawn_refresher(sys, cache, keeper);
        if (meet)
          meet(result);
        return result;
      };
  core->cache = internal::spawn_cache(sys, std::move(config));
  return handle{std::move(core)};
}

caf::expected<handle>
spawn(caf::actor_system& sys, caf::expected<any_source> source,
      const renewal_settings& settings, spawn_options options) {
  if (!source)
    return std::move(source.error());
  return spawn(sys, std::move(*source), settings, std::move(options));
}

caf::expected<handle> spawn(caf::actor_system& sys, token_source source,
                            const renewal_settings& settings,
                            spawn_options options) {
  return spawn(sys, any_source{std::move(source)}, settings,
               std::move(options));
}

caf::expected<handle>
spawn(caf::actor_system& sys, closable_token_source source,
      const renewal_settings& settings, spawn_options options) {
  return spawn(sys, any_source{std::move(source)}, settings,
               std::move(options));
}

caf::expected<handle> spawn(caf::actor_system& sys, const handle& inner,
                            const renewal_settings& settings,
                            spawn_options options) {
  if (!inner)
    return caf::make_error(errc::invalid_setting, "inner: invalid handle");
  return spawn(sys, bearer_source(sys, inner.actor()), settings,
               std::move(options));
}

// -- handle -------------------------------------------------------------------

handle::handle(std::shared_ptr<const detail::handle_core> core)
  : core_(std::move(core)) {
  // nop
}

caf::expected<token> handle::fetch(const fetch_options& opts) const {
  if (auto found = core_->receivers.slot->hit(opts))
    return std::move(*found);
  auto self = internal::passing_actor{actor().home_system()};
  auto result = caf::expected<token>{caf::make_error(errc::stopped)};
  // Infinite, because a cache always answers by the deadline it was given.
  detail::mail(self.get(), fetch_atom_v, opts)
    .request(actor(), caf::infinite)
    .receive([&](token& tok) { result = std::move(tok); },
             [&](caf::error& err) { result = name_cache_error(err); });
  return result;
}

receiver_actor handle::receiver() const {
  const auto memory = detail::thread_memory{};
  return internal::spawn_receiver(actor().home_system(), actor(), receivers());
}

bearer::reader handle::reader() const {
  return bearer::reader{*this, detail::slot_reader{core_->receivers.slot}};
}

void handle::reject(const generation& refused) const {
  // At once, so that the caller does not read it again.
  if (core_->receivers.slot->reject(refused))
    detail::anon_mail(actor(), reject_atom_v, refused);
}

void handle::prefetch() const {
  detail::anon_mail(actor(), prefetch_atom_v);
}

void handle::request_renewal() const {
  // At once, so that the caller sees its own wish.
  core_->receivers.slot->request_renewal();
  detail::anon_mail(actor(), request_renewal_atom_v);
}

bool handle::is_renewal_required() const {
  return slot().renewal_required();
}

const std::string& handle::name() const noexcept {
  return core_->name;
}

caf::timespan handle::fetch_timeout() const noexcept {
  return core_->receivers.fetch_timeout;
}

const detail::local_slot& handle::slot() const noexcept {
  return *core_->receivers.slot;
}

std::shared_ptr<const detail::receiver_config>
handle::receivers() const noexcept {
  return {core_, &core_->receivers};
}

const token_source& handle::wrapped() const noexcept {
  return core_->wrapped;
}

const cache_actor& handle::actor() const noexcept {
  return core_->cache;
}

bearer::status handle::status() const {
  auto self = internal::passing_actor{actor().home_system()};
  auto result = bearer::status{};
  result.state = bearer_state::stopped;
  // Infinite here and below: cache and refresher are in this actor system, and
  // answer at once or when the grace is over.
  detail::mail(self.get(), status_atom_v)
    .request(actor(), caf::infinite)
    .receive([&](bearer::status& x) { result = std::move(x); },
             [](const caf::error&) {
               // Killed, hence stopped, and nobody is left to tell more.
             });
  return result;
}

void handle::subscribe(const event_listener& listener) const {
  detail::anon_mail(actor(), subscribe_atom_v, listener);
}

void handle::unsubscribe(const event_listener& listener) const {
  detail::anon_mail(actor(), unsubscribe_atom_v, listener);
}

handle::use handle::elsewhere() const noexcept {
  if (core_.use_count() > 1)
    return use::certain;
  // Whatever the last of the other owners did came before this.
  std::atomic_thread_fence(std::memory_order_acquire);
  // Says that no fetch is on its way to the cache either, hence that all are
  // counted below.
  const auto at_rest = detail::is_only_reference(core_->cache);
  if (slot().awaited())
    return use::certain;
  return at_rest ? use::none : use::unclear;
}

bool handle::has_ended() const {
  return slot().stopped();
}

void handle::stop() const {
  core_->receivers.slot->stop();
  detail::anon_mail(actor(), stop_atom_v);
}

void handle::close(caf::timespan grace) const {
  auto self = internal::passing_actor{actor().home_system()};
  detail::mail(self.get(), close_atom_v, grace)
    .request(actor(), caf::infinite)
    .receive([] { /* done */ }, [](const caf::error&) { /* gone already */ });
}

} // namespace bearer
