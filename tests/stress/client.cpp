#include "client.hpp"

#include <bearer/detail/monitor.hpp>
#include <bearer/receiver.hpp>

#include <caf/actor_control_block.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>
#include <caf/sec.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

#include "issuer.hpp"
#include "random.hpp"
#include "victim.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <utility>

namespace stress {

namespace {

using namespace std::chrono_literals;

/// How many fetches a receiver serves before the client gets another.
constexpr std::uint32_t trials_per_receiver = 4;

bearer::fetch_options random_options(small_random& random) {
  auto result = bearer::fetch_options{};
  result.max_retries = trials_per_receiver;
  result.report_error = random.one_in(10);
  result.renew_synchronous = random.one_in(15);
  if (random.one_in(10))
    result.timeout = 1ms + random.up_to(50ms);
  if (random.one_in(50))
    result.renew_request_timeout = 1ms + random.up_to(500ms);
  // Seldom enough that tokens have a life of their own.
  result.renew_required = random.one_in(20'000);
  return result;
}

class client_state {
public:
  static constexpr auto name = "stress.client";

  client_state(caf::event_based_actor* self, world* in, std::size_t index)
    : self_(self),
      world_(*in),
      present_(in->clients),
      station_(*in->stations.at(index % in->stations.size())),
      random_(in->seed * 1'000'003 + index) {
    // nop
  }

  caf::behavior make_behavior() {
    itself_ = self_->ctrl();
    pause();
    return {
      [](bearer::stop_atom) { /* ends with the world */ },
    };
  }

private:
  // -- the round --------------------------------------------------------------

  void pause() {
    visit_.reset();
    if (world_.ending) {
      self_->quit();
      // Last, since nobody else may hold a handle.
      itself_ = nullptr;
    } else {
      self_->run_delayed(random_.up_to(world_.longest_pause),
                         [this] { begin(); });
    }
  }

  void begin() {
    if (auto current = station_.current(); current != life_) {
      life_ = std::move(current);
      receiver_ = nullptr;
    }
    visit_.emplace(life_);
    if (!receiver_ || trials_ >= trials_per_receiver) {
      receiver_ = life_->bearer.receiver();
      trials_ = 0;
    }
    if (random_.one_in(20))
      sacrifice();
    else
      wish();
  }

  /// Has somebody killed who waits for a fetch of his own. The fetch that
  /// follows comes behind his in the same mailbox, so that his is not lost with
  /// the receiver.
  void sacrifice() {
    ++world_.found.victims;
    ++trials_;
    auto waits = std::make_shared<std::atomic<bool>>(false);
    auto whom = spawn_victim(self_->system(), life_, receiver_, waits);
    bearer::detail::watch(self_, whom, [this, waits](const caf::error&) {
      if (*waits)
        ++life_->seen.unheard;
      wish();
    });
    self_->run_delayed(random_.up_to(20ms), [whom] {
      caf::anon_send_exit(whom, caf::exit_reason::kill);
    });
  }

  void wish() {
    const auto& bearer = life_->bearer;
    if (random_.one_in(20'000))
      bearer.request_renewal();
    if (random_.one_in(1'000))
      bearer.prefetch();
    options_ = random_options(random_);
    if (random_.one_in(10))
      fetch_directly();
    else
      fetch();
  }

  // -- fetches ----------------------------------------------------------------

  void fetch() {
    ++trials_;
    const auto floor = note_sent();
    bearer::fetch(self_, receiver_, options_)
      .then(
        [this, floor](const bearer::token& tok) {
          note_token(tok, floor);
          if (accepts(tok.access_token.view()))
            use(tok);
          else
            report_refusal(tok);
        },
        [this](const caf::error& err) { miss(err); });
  }

  void fetch_directly() {
    const auto floor = note_sent();
    life_->bearer.fetch(self_, options_)
      .then(
        [this, floor](const bearer::token& tok) {
          note_token(tok, floor);
          if (accepts(tok.access_token.view()))
            use(tok);
          else
            reject(tok);
        },
        [this](const caf::error& err) { miss(err); });
  }

  /// @returns the highest count that the answer must not have.
  std::uint64_t note_sent() {
    ++life_->seen.sent;
    ++world_.found.fetches;
    return std::max(refused_, life_->floor.load());
  }

  void note_token(const bearer::token& tok, std::uint64_t floor) {
    ++life_->seen.tokens;
    ++world_.found.tokens;
    world_.found.check(tok, floor, *life_);
    refused_ = 0;
  }

  void miss(const caf::error& err) {
    refused_ = 0;
    life_->seen.count(err);
    if (!is_explained(err))
      world_.found.note_unexpected("fetch", err);
    pause();
  }

  // -- rejections -------------------------------------------------------------

  /// At times a server refuses a token for no good reason.
  void use(const bearer::token& tok) {
    if (random_.one_in(20'000))
      reject(tok);
    else
      pause();
  }

  void reject(const bearer::token& tok) {
    ++world_.found.rejections;
    const auto count = tok.generation.count;
    bearer::detail::mail(self_, bearer::reject_atom_v, tok.generation)
      .request(life_->bearer.actor(), caf::infinite)
      .then(
        [this, count] {
          raise(life_->floor, count);
          pause();
        },
        [this](const caf::error& err) {
          world_.found.note_unexpected("reject", err);
          pause();
        });
  }

  void report_refusal(const bearer::token& tok) {
    const auto count = tok.generation.count;
    const auto unauthorized = caf::make_error(caf::sec::runtime_error,
                                              "status 401");
    bearer::can_retry(self_, receiver_, unauthorized, options_)
      .then(
        [this, count](bool again) {
          if (!again)
            return pause();
          ++world_.found.rejections;
          // This receiver gives no such token any more.
          refused_ = count;
          fetch();
        },
        [this](const caf::error& err) {
          world_.found.note_unexpected("can_retry", err);
          pause();
        });
  }

  caf::event_based_actor* self_;

  /// While it waits for the end of another actor, nothing else keeps it.
  caf::strong_actor_ptr itself_;

  world& world_;
  presence present_;
  const station& station_;
  small_random random_;

  std::shared_ptr<life> life_;

  /// While a round is under way.
  std::optional<visit> visit_;

  bearer::receiver_actor receiver_;
  std::uint32_t trials_ = 0;
  bearer::fetch_options options_;

  /// What the receiver was told that the server refused, in this round.
  std::uint64_t refused_ = 0;
};

} // namespace

void spawn_client(caf::actor_system& sys, world& in, std::size_t index) {
  sys.spawn<caf::stateful_actor<client_state>>(&in, index);
}

} // namespace stress
