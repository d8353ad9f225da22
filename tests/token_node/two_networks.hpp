#pragma once

#include "token_node/bad_wire.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bearer::test {

/// Two network namespaces of a test's own with a cable between them. Needs
/// root's rights and the program `ip`.
class two_networks {
public:
  enum class side { left, right };

  /// With a cable as good as any.
  /// @throws std::runtime_error if they cannot be made, saying why.
  two_networks();

  /// With a worse one, which can be neither cut nor made to swallow anything.
  /// @throws std::runtime_error
  explicit two_networks(const bad_wire::quality& how);

  two_networks(const two_networks&) = delete;

  two_networks& operator=(const two_networks&) = delete;

  ~two_networks();

  static std::string address(side of) {
    return of == side::left ? "192.0.2.1" : "192.0.2.2";
  }

  /// The command that runs a command there.
  std::vector<std::string> in(side where,
                              std::vector<std::string> command) const;

  /// The cable, which must be a bad one.
  const bad_wire& wire() const {
    return *wire_;
  }

  /// Takes the cable out, of which the right side's kernel learns.
  void cut() const;

  /// Puts it in again.
  void mend() const;

  /// From now on nothing arrives that this side sends, and nobody is told.
  void swallow(side from) const;

  /// From now on it does again.
  void deliver(side from) const;

  /// Has both sides send by this discipline of tc(8).
  /// @returns what the kernel lacks, if it does.
  std::optional<std::string>
  shape(const std::vector<std::string>& discipline) const;

private:
  template <class F>
  void make(F lay_cable);

  std::string name(side of) const;

  void set_neighbour(side of, const std::string& hardware_address) const;

  std::string stem_;
  std::unique_ptr<bad_wire> wire_;
};

} // namespace bearer::test
