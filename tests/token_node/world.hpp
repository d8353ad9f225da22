#pragma once

#include "support/canary.hpp"
#include "support/program.hpp"
#include "support/real_time.hpp"
#include "support/tcp_server.hpp"
#include "support/temp_folder.hpp"
#include "support/test_ca.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace bearer::test {

using words = std::vector<std::string>;

inline words operator+(words x, const words& y) {
  x.insert(x.end(), y.begin(), y.end());
  return x;
}

/// The command that runs the program `token_node`.
inline words token_node(const words& arguments) {
  return words{BEARER_TOKEN_NODE} + arguments;
}

/// An owner on a free port.
inline words owner_with(const words& more) {
  return token_node(words{"--listen=0", "--pause=1ms"} + more);
}

/// A replica that is not long in coming back.
inline words replica_of(const std::string& owners, const words& more = {}) {
  return token_node(words{"--connect", owners, "--pause=1ms",
                          "--initial-retry-timeout=50ms",
                          "--max-retry-timeout=200ms"}
                    + more);
}

/// Where a node listens that has said so.
inline std::string address_of(const program& owner) {
  const auto before = std::string{"listens on "};
  if (!owner.says(before))
    throw std::runtime_error("the owner does not listen");
  const auto text = owner.output();
  const auto begin = text.find(before) + before.size();
  return text.substr(begin, text.find('\n', begin) - begin);
}

/// The command line of a node with a certificate.
inline words tls_of(const tls_files& own, const test_ca& trusted) {
  return {"--cert", own.certificate, "--key", own.key, "--ca", trusted.file()};
}

/// A token file that is good for an hour.
inline std::string token_text(const std::string& secret) {
  return R"({"token": ")" + secret + R"(", "expires_in": 3600})";
}

/// A program for the shell that issues tokens of so many seconds.
inline std::string issuer(int seconds) {
  return R"(printf '{"token": "%s-%s", "expires_in": %d}' )"
         + std::string{canary} + " $(date +%s%N) " + std::to_string(seconds);
}

/// Issues tokens and counts how often it was asked to, whatever anybody else
/// says of that.
class counted_issuer {
public:
  /// A program for the shell.
  std::string command(int seconds) const {
    return "echo >>" + folder_.path("calls") + "; " + issuer(seconds);
  }

  std::size_t calls() const {
    auto file = std::ifstream{folder_.path("calls")};
    return static_cast<std::size_t>(
      std::count(std::istreambuf_iterator<char>{file}, {}, '\n'));
  }

private:
  temp_folder folder_;
};

/// Whether all fetches got good tokens, and nobody else saw one.
inline bool ended_well(const program_outcome& x) {
  CAPTURE(x.out, x.err);
  CHECK(!shows(x.out));
  CHECK(!shows(x.err));
  CHECK(x.err.empty());
  CHECK(x["fetches"] > 0);
  CHECK(x["lost"] == 0);
  CHECK(x["expired_served"] == 0);
  CHECK(x["rejected_served"] == 0);
  CHECK(x["older_served"] == 0);
  return x.exit_status == 0;
}

/// Interrupts a node that is to end well.
inline program_outcome end_of(program& node) {
  node.interrupt();
  auto result = node.wait();
  CHECK(ended_well(result));
  return result;
}

} // namespace bearer::test
