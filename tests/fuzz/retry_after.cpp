#include <bearer/http/retry_after.hpp>

#include "fuzz/fuzz.hpp"

#include <chrono>
#include <cstdint>
#include <cstring>

using namespace bearer;
using namespace bearer::fuzz;

namespace {

constexpr auto digits = std::string_view{"0123456789"};

/// The first bytes are the time.
caf::timestamp take_time(std::string_view& input) {
  auto count = caf::timespan::rep{0};
  if (input.size() >= sizeof(count)) {
    std::memcpy(&count, input.data(), sizeof(count));
    input.remove_prefix(sizeof(count));
  }
  return caf::timestamp{caf::timespan{count}};
}

} // namespace

// A time of eight bytes, then the value of a header field.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  auto value = text_of(data, size);
  const auto now = take_time(value);
  const auto result = http::parse_retry_after(value, now);
  require(!result || result->count() >= 0, "nobody waits for the past");
  const auto is_number = !value.empty()
                         && value.find_first_not_of(digits) == value.npos;
  require(!is_number || result.has_value(), "a number is a number of seconds");
  require(!is_number || result == http::parse_retry_after(value, {}),
          "seconds do not depend on the time");
  return 0;
}
