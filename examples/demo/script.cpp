#include "script.hpp"

#include "support/text.hpp"

#include <chrono>

namespace demo {

using milliseconds = std::chrono::milliseconds;

// So slow only that a refresh that begins in good time is through in time.
script::script(caf::timespan total)
  : token_lifetime(total / 5),
    slow(std::chrono::floor<milliseconds>(total / 50)) {
  const auto percent = [&](int x) { return total * x / 100; };
  const auto outage = percent(30);
  steps = {
    {percent(12), "slow " + std::to_string(slow / milliseconds{1}),
     "slow: every answer about tokens takes " + example::duration_text(slow)},
    {percent(34), "slow 0", "as fast as ever"},
    {percent(42), "revoke", "revokes all tokens"},
    {percent(52), "outage on",
     "outage for " + example::duration_text(outage)
       + ": resets all connections that ask for tokens"},
    {percent(52) + outage, "outage off", "the outage is over"},
  };
}

} // namespace demo
