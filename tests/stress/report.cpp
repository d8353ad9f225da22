#include "report.hpp"

#include <caf/json_writer.hpp>

#include <cstdio>

namespace stress {

void report::expect(bool holds, const std::string& check,
                    const std::string& details) {
  if (holds)
    return;
  failed.push_back(check);
  std::fprintf(stderr, "stress: FAILED: %s%s%s\n", check.c_str(),
               details.empty() ? "" : ": ", details.c_str());
}

void report::print() const {
  auto writer = caf::json_writer{};
  if (!writer.apply(*this)) {
    std::fprintf(stderr, "stress: cannot write the report: %s\n",
                 to_string(writer.get_error()).c_str());
    return;
  }
  const auto text = writer.str();
  std::printf("%.*s\n", static_cast<int>(text.size()), text.data());
  std::fflush(stdout);
}

} // namespace stress
