#include "remote/support/intruder.hpp"

#include "support/real_time.hpp"
#include "support/second_answer.hpp"

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/io/basp_broker.hpp>
#include <caf/io/middleman.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <condition_variable>
#include <set>
#include <string>

namespace bearer::test {

struct intruder::record {
  mutable std::mutex mutex;
  mutable std::condition_variable changed;
  std::vector<caf::strong_actor_ptr> senders;
  std::size_t publications = 0;
  std::size_t refusals = 0;
  std::size_t statuses = 0;
  generation newest;
};

intruder::intruder(const remote::address& where)
  : record_(std::make_shared<record>()) {
  caf::scoped_actor self{sys()};
  detail::mail(self.ptr(), caf::connect_atom_v, where.host, where.port)
    .request(sys().middleman().actor_handle(), patience)
    .receive(
      [&](const caf::node_id&, const caf::strong_actor_ptr& whom,
          const std::set<std::string>&) {
        gate_ = caf::actor_cast<caf::actor>(whom);
      },
      [](const caf::error& err) {
        throw std::runtime_error(caf::to_string(err));
      });
  ears_.push_back(new_ear());
}

intruder::~intruder() {
  // CAF keeps who was seen on the network.
  for (const auto& ear : ears_)
    caf::anon_send_exit(ear, caf::exit_reason::kill);
}

caf::actor intruder::new_ear() {
  return sys().spawn([record = record_](caf::event_based_actor* hearer) {
    // Of CAF's own actors.
    detail::ignore_errors(hearer);
    const auto note = [record, hearer](std::size_t record::*what = nullptr) {
      const auto guard = std::lock_guard{record->mutex};
      record->senders.push_back(hearer->current_sender());
      if (what != nullptr)
        ++(*record.*what);
      record->changed.notify_all();
    };
    return caf::behavior{
      [note](fetch_atom, std::uint64_t, std::uint64_t) { note(); },
      [note](fetch_atom, const remote::answer& x) {
        note(x.number == 0 ? &record::refusals : nullptr);
      },
      [note, record](publish_atom, std::uint64_t, const generation& what) {
        note(&record::publications);
        const auto guard = std::lock_guard{record->mutex};
        record->newest = what;
      },
      [note](rejected_atom, std::uint64_t, const generation&) { note(); },
      [note](const status&) { note(&record::statuses); },
    };
  });
}

caf::actor intruder::actor(caf::actor_id id) {
  auto hdl = sys().middleman().named_broker<caf::io::basp_broker>("BASP");
  auto* broker = dynamic_cast<caf::io::basp_broker*>(
    caf::actor_cast<caf::abstract_actor*>(hdl));
  return caf::actor_cast<caf::actor>(
    broker->proxy_registry_ptr()->get_or_put(gate_.node(), id));
}

void intruder::send(const caf::actor& to, const caf::message& what) {
  send(to, what, caf::make_message_id());
}

void intruder::send(const caf::actor& to, const caf::message& what,
                    caf::message_id id) {
  put_in_mailbox(caf::actor_cast<caf::strong_actor_ptr>(to),
                 caf::actor_cast<caf::strong_actor_ptr>(ears_.front()), id,
                 what);
}

void intruder::subscribe_as_another() {
  ears_.push_back(new_ear());
  put_in_mailbox(caf::actor_cast<caf::strong_actor_ptr>(gate_),
                 caf::actor_cast<caf::strong_actor_ptr>(ears_.back()),
                 caf::make_message_id(),
                 caf::make_message(subscribe_atom_v, std::uint64_t{1}));
}

bool intruder::wait_for_all() {
  caf::scoped_actor self{sys()};
  auto heard = std::size_t{0};
  for (const auto& ear : ears_)
    detail::mail(self.ptr(), status{})
      .request(ear, patience)
      .receive([&] { ++heard; }, [](const caf::error&) {});
  return heard == ears_.size();
}

std::size_t intruder::publications() const {
  const auto guard = std::lock_guard{record_->mutex};
  return record_->publications;
}

generation intruder::newest() const {
  const auto guard = std::lock_guard{record_->mutex};
  return record_->newest;
}

std::size_t intruder::refusals() const {
  const auto guard = std::lock_guard{record_->mutex};
  return record_->refusals;
}

std::vector<caf::strong_actor_ptr> intruder::senders() const {
  const auto guard = std::lock_guard{record_->mutex};
  return record_->senders;
}

std::size_t intruder::received() const {
  return senders().size();
}

std::size_t intruder::statuses() const {
  const auto guard = std::lock_guard{record_->mutex};
  return record_->statuses;
}

bool intruder::wait_for_statuses(std::size_t n,
                                 std::chrono::milliseconds limit) const {
  auto lock = std::unique_lock{record_->mutex};
  return record_->changed.wait_for(lock, limit,
                                   [&] { return record_->statuses >= n; });
}

bool intruder::wait_for(std::size_t n) const {
  auto lock = std::unique_lock{record_->mutex};
  return record_->changed.wait_for(lock, patience, [&] {
    return record_->senders.size() >= n;
  });
}

} // namespace bearer::test
