#pragma once

#include <cstddef>

/// The tests' program has a name resolver of its own, which hangs on all names
/// that end with `hang.test`, takes `two.test` for 127.0.0.1 and 127.0.0.2 and,
/// where told so, `localhost` for 0.0.0.0, and leaves the others to the C
/// library.
namespace bearer::test {

/// Lets such look-ups hang while it lives, then fails them all and waits for
/// their end.
class hanging_resolver {
public:
  hanging_resolver();

  hanging_resolver(const hanging_resolver&) = delete;

  hanging_resolver& operator=(const hanging_resolver&) = delete;

  ~hanging_resolver();

  /// Waits until so many look-ups hang; false if they did not in good time.
  bool wait_for(std::size_t count);
};

/// While it lives, `localhost` stands for 0.0.0.0, which reaches this machine
/// but is no loopback address.
class misleading_localhost {
public:
  misleading_localhost();

  misleading_localhost(const misleading_localhost&) = delete;

  misleading_localhost& operator=(const misleading_localhost&) = delete;

  ~misleading_localhost();
};

} // namespace bearer::test
