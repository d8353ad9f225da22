#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bearer::test {

/// What a node of CAF sends that connects to an owner, subscribes, and asks for
/// a token, byte by byte.
class recorded_node {
public:
  /// Lets such a node do so.
  /// @param port Of an owner whose bearer has a token.
  explicit recorded_node(std::uint16_t port);

  /// All it sent.
  std::string text() const;

  /// The same with some of it changed, left out, repeated or added, in a way
  /// that the number alone decides. Lengths stay true and above zero: CAF
  /// would take up to 4 GiB of memory on a peer's word, and does not survive a
  /// handshake without content.
  std::string spoilt(unsigned seed) const;

private:
  /// A header and what belongs to it.
  std::vector<std::string> frames_;
};

} // namespace bearer::test
