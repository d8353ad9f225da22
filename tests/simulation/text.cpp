// How steps and observations are written down.

#include "simulation/text.hpp"

#include <caf/deep_to_string.hpp>

#include "simulation/observation.hpp"
#include "simulation/step.hpp"

#include <array>
#include <string>
#include <string_view>

namespace bearer::sim {

namespace {

template <class T>
std::string text(const T& x) {
  return caf::deep_to_string(x);
}

std::string text(bool x) {
  return x ? "yes" : "no";
}

template <class Enum, std::size_t N>
std::string text(Enum x, const std::array<std::string_view, N>& names) {
  return std::string{names.at(static_cast<std::size_t>(x))};
}

std::string text(deed x) {
  return text(x, std::to_array<std::string_view>(
                   {"gives a token", "gives the same again",
                    "gives the rejected one again", "gives an empty one",
                    "gives a malformed one", "gives an expired one", "fails",
                    "fails for good", "throws", "dies", "is dead",
                    "says nothing", "answers nonsense"}));
}

std::string text(route x) {
  return text(x, std::to_array<std::string_view>({"direct", "urgent",
                                                  "only sent", "new receiver",
                                                  "standing receiver"}));
}

std::string text(which x) {
  return text(x, std::to_array<std::string_view>(
                   {"none", "any", "older", "current", "future", "foreign"}));
}

std::string text(wording x) {
  return text(x, std::to_array<std::string_view>(
                   {"", "written in words", "written in digits"}));
}

std::string text(means x) {
  return text(x,
              std::to_array<std::string_view>({"handle", "message", "reader"}));
}

template <class T>
std::string text(const caf::expected<T>& x) {
  return x ? text(*x) : text(x.error());
}

template <class T>
std::string text(const std::optional<T>& x) {
  return x ? text(*x) : "-";
}

/// The parts with blanks between them.
template <class... Ts>
std::string line(const Ts&... parts) {
  auto result = std::string{};
  ((result += (result.empty() ? "" : " ") + std::string{parts}), ...);
  return result;
}

/// What there is to say about a step besides its name.
struct details {
  std::string operator()(const steps::deliver& x) {
    return line(text(x.count), text(x.choice));
  }

  std::string operator()(const steps::settle& x) {
    return text(x.choice);
  }

  std::string operator()(const steps::pass& x) {
    return line(text(x.by), text(x.choice));
  }

  std::string operator()(const steps::stall& x) {
    return line(text(x.by), text(x.choice));
  }

  std::string operator()(const steps::jump& x) {
    return text(x.by);
  }

  std::string operator()(const steps::drift& x) {
    return line(text(x.ppm), "ppm");
  }

  std::string operator()(const steps::source& x) {
    return line(text(x.what), "after", text(x.latency), "lifetime",
                text(x.lifetime), "refresh_after", text(x.refresh_after),
                "retry_after", text(x.retry_after), x.twice ? "twice" : "once");
  }

  std::string operator()(const steps::fetch& x) {
    return line(text(x.via), x.renew_required ? "required" : "",
                x.renew_synchronous ? "synchronous" : "",
                x.report_error ? "reporting" : "", "timeout", text(x.timeout),
                "renew_request_timeout", text(x.renew_request_timeout),
                "newer_than", text(x.newer_than), "receiver", text(x.receiver),
                "max_retries", text(x.max_retries), text(x.as_text));
  }

  std::string operator()(const steps::kill_caller& x) {
    return text(x.caller);
  }

  std::string operator()(const steps::can_retry& x) {
    return line(text(x.receiver), x.refused ? "refused" : "down", "max_retries",
                text(x.max_retries));
  }

  std::string operator()(const steps::reject& x) {
    return line(text(x.what), "by", text(x.how));
  }

  std::string operator()(const steps::unsubscribe& x) {
    return text(x.listener);
  }

  std::string operator()(const steps::kill_listener& x) {
    return text(x.listener);
  }

  std::string operator()(const steps::close& x) {
    return text(x.grace);
  }

  template <class T>
  std::string operator()(const T&) {
    return "";
  }
};

struct account {
  std::string operator()(const seen::calm&) {
    return "calm";
  }

  std::string operator()(const seen::clocks_moved&) {
    return "clocks moved";
  }

  std::string operator()(const seen::source_called& x) {
    return line("call", text(x.call), text(x.what));
  }

  std::string operator()(const seen::source_answered& x) {
    return line("answer to call", text(x.call), text(x.what));
  }

  std::string operator()(const seen::source_killed&) {
    return "source killed";
  }

  std::string operator()(const seen::fetch_sent& x) {
    return line("fetch", text(x.caller), "sent:", text(x.what), text(x.via));
  }

  std::string operator()(const seen::fetch_answered& x) {
    return line("fetch", text(x.caller), "answered:", text(x.what));
  }

  std::string operator()(const seen::caller_killed& x) {
    return line("caller", text(x.caller), "killed");
  }

  std::string operator()(const seen::rejected& x) {
    return line("rejected", text(x.what), x.at_once ? "at once" : "by message");
  }

  std::string operator()(const seen::retry_asked&) {
    return "a receiver is asked whether to retry";
  }

  std::string operator()(const seen::retry_answered& x) {
    return line("receiver", text(x.receiver),
                "answered:", x.yes ? "retry" : "do not retry");
  }

  std::string operator()(const seen::renewal_requested&) {
    return "renewal requested";
  }

  std::string operator()(const seen::prefetched&) {
    return "prefetch";
  }

  std::string operator()(const seen::was_read& x) {
    return line(x.whose == seen::eyes::user ? "read" : "onlooker sees",
                text(x.what), "renewal required:", text(x.renewal_required));
  }

  std::string operator()(const seen::reject_answered& x) {
    return line("rejection of", text(x.what), "answered:", text(x.error));
  }

  std::string operator()(const seen::status_asked&) {
    return "status asked for";
  }

  std::string operator()(const seen::status_answered& x) {
    return text(x.what);
  }

  std::string operator()(const seen::subscribed& x) {
    return line("listener", text(x.listener), "subscribes");
  }

  std::string operator()(const seen::unsubscribed& x) {
    return line("listener", text(x.listener), "goes away");
  }

  std::string operator()(const seen::told& x) {
    return line("listener", text(x.listener), "told:", text(x.what));
  }

  std::string operator()(const seen::stopped&) {
    return "stop";
  }

  std::string operator()(const seen::closed& x) {
    return line("close within", text(x.grace));
  }

  std::string operator()(const seen::close_answered&) {
    return "close answered";
  }

  std::string operator()(const seen::source_closed& x) {
    return line("source closed within", text(x.left));
  }

  std::string operator()(const seen::abandoned&) {
    return "handles dropped";
  }
};

constexpr auto step_names = std::to_array<std::string_view>({
  "deliver",
  "settle",
  "pass",
  "stall",
  "jump",
  "drift",
  "source",
  "kill source",
  "fetch",
  "kill caller",
  "can_retry",
  "reject",
  "reject and fetch",
  "request_renewal",
  "prefetch",
  "read",
  "status",
  "subscribe",
  "unsubscribe",
  "kill listener",
  "stop",
  "close",
  "drop handles",
});
static_assert(step_names.size() == std::variant_size_v<step>);

constexpr auto event_names = std::to_array<std::string_view>(
  {"status", "attempt_started", "attempt_ended", "published", "rejected",
   "suppressed", "withdrawn", "stopped"});
static_assert(event_names.size() == std::variant_size_v<decltype(event::what)>);

std::string event_name(std::size_t index) {
  auto result = std::string{"event "};
  result += event_names[index];
  return result;
}

} // namespace

std::string name_of(const step& what) {
  return std::string{step_names[what.index()]};
}

std::string name_of(const event& what) {
  return event_name(what.what.index());
}

std::vector<std::string> names() {
  auto result = std::vector<std::string>{};
  for (auto name : step_names)
    result.emplace_back(name);
  for (std::size_t i = 0; i < event_names.size(); ++i)
    result.push_back(event_name(i));
  return result;
}

std::string to_string(const step& what) {
  return line(name_of(what), std::visit(details{}, what));
}

std::string to_string(const observation& x) {
  return line(text(x.at.steady), text(x.at.wall.time_since_epoch()),
              std::visit(account{}, x.what));
}

} // namespace bearer::sim
