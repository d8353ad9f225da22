#include "simulation/world.hpp"

#include <bearer/detail/caf_compat.hpp>
#include <bearer/detail/saturating.hpp>
#include <bearer/error.hpp>

#include <caf/actor_cast.hpp>
#include <caf/actor_registry.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include "simulation/delivery.hpp"
#include "simulation/written_options.hpp"

#include <utility>

namespace bearer::sim {

namespace {

using seen::eyes;

constexpr auto receivers = std::size_t{3};

/// With short delays a long time has so many timers that it would take hours;
/// a pass ends after so many of them.
constexpr auto longest_pass = std::size_t{60};

secret marked_secret(std::string text) {
  text.insert(0, secret_mark);
  return secret{text};
}

const auto refusal = caf::make_error(caf::sec::runtime_error, "401");

} // namespace

world::world(const scenario& of, observer tell)
  : running_before_(time_.running()), tell_(std::move(tell)), plan_{} {
  script_->on_call = [this](std::size_t call, const attempt& what) {
    this->tell(seen::source_called{call, what});
  };
  script_->on_answer = [this](std::size_t call, auto what) {
    this->tell(seen::source_answered{call, std::move(what)});
  };
  script_->on_close = [this](caf::timespan left) {
    this->tell(seen::source_closed{left});
  };
  script_->plan = [this] { return plan_; };
  script_->answer = [this](const steps::source& plan, const attempt& what) {
    return answer(plan, what);
  };
  source_ = spawn_simulated_source(time_.sys(), script_);
  const auto source = of.closable
                        ? any_source{source_}
                        : any_source{caf::actor_cast<token_source>(source_)};
  bearer_ = *spawn(time_.sys(), source, of.settings,
                   {"simulated", {}, time_.clock()});
  for (const auto whose : {eyes::user, eyes::onlooker})
    readers_.emplace(whose, bearer_.reader());
  for (std::size_t i = 0; i < receivers; ++i)
    receivers_.push_back(bearer_.receiver());
  apply(steps::subscribe{});
  calm_down();
}

world::~world() {
  // Whatever is still to be seen is of no interest.
  tell_ = [](const observation&) {};
  // What goes on and on ends with the bearer.
  drop();
  let_go();
}

void world::let_go() {
  for (const auto& listener : listeners_)
    caf::anon_send_exit(listener, caf::exit_reason::kill);
  // May owe answers.
  caf::anon_send_exit(source_, caf::exit_reason::kill);
  time_.settle();
}

void world::play(const step& what) {
  std::visit([this](const auto& x) { apply(x); }, what);
  look_on();
}

void world::calm_down(std::uint64_t choice) {
  apply(steps::settle{choice});
  tell(seen::calm{});
}

void world::heal_source() {
  plan_
    = steps::source{deed::gives_token, {}, caf::timespan::max(), {}, {}, false};
}

std::size_t world::running() const {
  return time_.running() - running_before_;
}

std::size_t world::timers() const {
  return time_.timers() - script_->delayed;
}

// -- the passing of time ------------------------------------------------------

void world::apply(const steps::deliver& what) {
  deliver(time_, what, [this] { look_on(); });
}

void world::apply(const steps::settle& what) {
  settle(time_, what, [this] { look_on(); });
}

void world::apply(const steps::pass& what) {
  auto random = dice{what.choice};
  calm_down(random.next());
  const auto end = time_.elapsed() + what.by;
  auto left = longest_pass;
  for (auto next = time_.next_timer(); next && *next <= end;
       next = time_.next_timer()) {
    move(std::max(*next - time_.elapsed(), caf::timespan{0}), false);
    calm_down(random.next());
    if (--left == 0)
      return;
  }
  move(end - time_.elapsed(), false);
  calm_down(random.next());
}

void world::apply(const steps::stall& what) {
  move(what.by, true);
  calm_down(what.choice);
}

void world::move(caf::timespan by, bool stalled) {
  time_.pass(by);
  time_.jump_wall(detail::scale(by, 1e-6 * drift_ppm_));
  tell(seen::clocks_moved{stalled});
  look_on();
}

void world::apply(const steps::jump& what) {
  // No wall time comes twice, because events tell theirs only.
  time_.jump_wall(what.by + caf::timespan{++jumps_});
  tell(seen::clocks_moved{true});
  look_on();
}

void world::apply(const steps::drift& what) {
  drift_ppm_ = what.ppm;
}

// -- the source ---------------------------------------------------------------

void world::apply(const steps::source& what) {
  plan_ = what;
}

void world::apply(const steps::kill_source&) {
  tell(seen::source_killed{});
  caf::anon_send_exit(source_, caf::exit_reason::kill);
}

token world::fresh_token(const steps::source& plan) {
  auto result = token{};
  result.access_token = marked_secret(std::to_string(++secrets_));
  if (plan.lifetime)
    result.expires_at = detail::saturating_add(time_.wall(), *plan.lifetime);
  result.refresh_after = plan.refresh_after;
  return result;
}

caf::expected<token> world::answer(const steps::source& plan,
                                   const attempt& what) {
  auto result = fresh_token(plan);
  switch (plan.what) {
    case deed::gives_same_again:
      // With a new expiry if the plan has one.
      if (last_given_.access_token.empty())
        break;
      if (!plan.lifetime)
        return last_given_;
      result.access_token = last_given_.access_token;
      break;
    case deed::gives_rejected_again:
      if (auto found = given_.find(rejected_.count); found != given_.end())
        result.access_token = found->second.access_token;
      break;
    case deed::gives_empty:
      result.access_token = secret{};
      break;
    case deed::gives_malformed:
      result.access_token = marked_secret("with a blank");
      break;
    case deed::gives_expired:
      result.expires_at = time_.wall();
      break;
    case deed::fails:
      return make_transient(caf::make_error(errc::command_failed,
                                            std::to_string(what.number)),
                            plan.retry_after);
    case deed::fails_for_good:
      return make_permanent(
        caf::make_error(errc::command_failed, std::to_string(what.number)));
    default:
      break;
  }
  last_given_ = result;
  return result;
}

// -- fetches ------------------------------------------------------------------

fetch_options world::options(const steps::fetch& what) const {
  auto opts = fetch_options{};
  opts.renew_required = what.renew_required;
  opts.renew_synchronous = what.renew_synchronous;
  opts.report_error = what.report_error;
  opts.timeout = what.timeout;
  opts.renew_request_timeout = what.renew_request_timeout;
  opts.max_retries = what.max_retries;
  if (what.newer_than != which::none)
    opts.newer_than = name(what.newer_than);
  return opts;
}

void world::apply(const steps::fetch& what) {
  if (!bearer_)
    return;
  const auto opts = options(what);
  auto task = errand{opts, opts, what.via};
  if (what.as_text != wording::none) {
    const auto read = by_text(opts, what.as_text);
    if (!read) {
      tell(seen::fetch_sent{callers_.size(), opts, what.via, {}});
      tell(seen::fetch_answered{callers_.size(), read.error()});
      callers_.emplace_back();
      return;
    }
    task.sent = *read;
  }
  auto receiver = receiver_actor{};
  if (what.via == route::new_receiver) {
    receiver = bearer_.receiver();
  } else if (what.via == route::standing_receiver) {
    task.receiver = what.receiver % receivers_.size();
    receiver = receivers_[*task.receiver];
  }
  auto caller = spawn_fetcher(time_.sys(), taking_notes(), callers_.size(),
                              bearer_, std::move(receiver), task);
  callers_.push_back(caller.address());
}

void world::apply(const steps::kill_caller& what) {
  if (callers_.empty())
    return;
  const auto id = what.caller % callers_.size();
  tell(seen::caller_killed{id});
  if (auto caller = caf::actor_cast<caf::actor>(callers_[id]))
    caf::anon_send_exit(caller, caf::exit_reason::kill);
}

void world::apply(const steps::can_retry& what) {
  if (!bearer_)
    return;
  const auto id = what.receiver % receivers_.size();
  auto opts = fetch_options{};
  opts.max_retries = what.max_retries;
  spawn_retrier(time_.sys(), taking_notes(), id, receivers_[id],
                what.refused ? refusal : caf::make_error(errc::timed_out),
                opts);
}

const token* world::read(eyes whose) {
  const auto* found = readers_.at(whose).read();
  tell(seen::was_read{found ? std::optional{*found} : std::nullopt,
                      bearer_.is_renewal_required(), whose});
  return found;
}

void world::apply(const steps::read&) {
  if (bearer_)
    read(eyes::user);
}

void world::look_on() {
  if (bearer_)
    read(eyes::onlooker);
}

// -- wishes -------------------------------------------------------------------

generation world::name(which what) const {
  switch (what) {
    case which::older:
      return {current_.id, current_.count > 1 ? current_.count - 1 : 0};
    case which::current:
      return current_;
    case which::future:
      return {current_.id, current_.count + 1};
    case which::foreign:
      return {current_.id + 1, 1};
    default:
      return {};
  }
}

void world::apply(const steps::reject& what) {
  if (!bearer_)
    return;
  const auto refused = name(what.what);
  switch (what.how) {
    case means::handle:
      tell(seen::rejected{refused, true});
      bearer_.reject(refused);
      break;
    case means::message:
      spawn_rejecter(time_.sys(), taking_notes(), bearer_, refused);
      break;
    case means::reader:
      if (const auto* found = read(eyes::user)) {
        tell(seen::rejected{found->generation, true});
        readers_.at(eyes::user).reject();
      }
      break;
  }
}

void world::apply(const steps::reject_and_fetch&) {
  if (!bearer_)
    return;
  auto caller = spawn_rejecting_fetcher(time_.sys(), taking_notes(),
                                        callers_.size(), bearer_, current_);
  callers_.push_back(caller.address());
}

void world::apply(const steps::request_renewal&) {
  if (!bearer_)
    return;
  tell(seen::renewal_requested{});
  bearer_.request_renewal();
}

void world::apply(const steps::prefetch&) {
  if (!bearer_)
    return;
  tell(seen::prefetched{});
  bearer_.prefetch();
}

// -- observers ----------------------------------------------------------------

void world::apply(const steps::ask_status&) {
  if (!bearer_)
    return;
  // Alone, so that there is only one right answer.
  calm_down();
  tell(seen::status_asked{});
  spawn_asker(time_.sys(), taking_notes(), bearer_);
  calm_down();
}

void world::apply(const steps::subscribe&) {
  if (!bearer_)
    return;
  const auto id = listeners_.size();
  listeners_.push_back(spawn_listener(time_.sys(), taking_notes(), id));
  tell(seen::subscribed{id});
  bearer_.subscribe(listeners_.back());
}

void world::apply(const steps::unsubscribe& what) {
  // The first one reports to the specification and stays.
  if (!bearer_ || listeners_.size() < 2)
    return;
  const auto id = 1 + what.listener % (listeners_.size() - 1);
  tell(seen::unsubscribed{id});
  bearer_.unsubscribe(listeners_[id]);
}

void world::apply(const steps::kill_listener& what) {
  if (listeners_.size() < 2)
    return;
  const auto id = 1 + what.listener % (listeners_.size() - 1);
  tell(seen::unsubscribed{id});
  caf::anon_send_exit(listeners_[id], caf::exit_reason::kill);
}

// -- the end ------------------------------------------------------------------

void world::apply(const steps::stop&) {
  if (!bearer_)
    return;
  tell(seen::stopped{});
  bearer_.stop();
}

void world::apply(const steps::close& what) {
  if (bearer_)
    spawn_closer(time_.sys(), taking_notes(), bearer_, what.grace);
}

void world::apply(const steps::drop_handles&) {
  if (!bearer_)
    return;
  // Callers that have not sent their message yet still hold the bearer.
  apply(steps::settle{0});
  tell(seen::abandoned{});
  drop();
}

void world::drop() {
  readers_.clear();
  receivers_.clear();
  bearer_ = handle{};
}

// -- reporting ----------------------------------------------------------------

void world::tell(decltype(observation::what) what) {
  const auto now = observation{{time_.elapsed(), time_.wall()},
                               std::move(what)};
  remember(now);
  tell_(now);
}

note world::taking_notes() {
  return [this](decltype(observation::what) what) { tell(std::move(what)); };
}

/// Keeps the names of generations, for steps that mean one.
void world::remember(const observation& x) {
  if (const auto* answer = std::get_if<seen::source_answered>(&x.what))
    if (answer->what && *answer->what)
      answers_[answer->call] = **answer->what;
  const auto* told = std::get_if<seen::told>(&x.what);
  if (!told || told->listener != 0)
    return;
  if (std::holds_alternative<events::attempt_started>(told->what.what))
    ++attempts_;
  if (const auto* what = std::get_if<events::published>(&told->what.what)) {
    current_ = what->generation;
    // Of the last attempt; one that was given up may have answered since.
    given_[current_.count] = answers_[attempts_ - 1];
  }
  if (const auto* what = std::get_if<events::rejected>(&told->what.what))
    rejected_ = what->generation;
}

} // namespace bearer::sim
