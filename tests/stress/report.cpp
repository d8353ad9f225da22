#include "report.hpp"

#include <caf/json_writer.hpp>

#include <cstdio>
#include <fstream>

namespace stress {

void report::expect(bool holds, const std::string& check,
                    const std::string& details) {
  if (holds)
    return;
  failed.push_back(check);
  std::fprintf(stderr, "stress: FAILED: %s%s%s\n", check.c_str(),
               details.empty() ? "" : ": ", details.c_str());
}

void report::publish() {
  auto writer = caf::json_writer{};
  if (!writer.apply(*this)) {
    expect(false, "report", to_string(writer.get_error()));
    return;
  }
  const auto text = std::string{writer.str().data(), writer.str().size()};
  std::printf("%s\n", text.c_str());
  std::fflush(stdout);
  if (file.empty())
    return;
  auto out = std::ofstream{file, std::ios::trunc};
  out << text << '\n';
  out.close();
  expect(!out.fail(), "report", "cannot write " + file);
}

} // namespace stress
