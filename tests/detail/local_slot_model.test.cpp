// The protocol between the slot and its readers, played in a model of the
// memory of C++: every order of the threads' steps, and every value that a load
// may see. It shows which orders of memory the code needs, on all machines and
// not only on the one that runs the tests.
//
// The model keeps all values a location ever had, each with what its writer
// knew at the time if it was stored with release order. A load gives any value
// that is not older than what its thread knows of that location.

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace {

// -- the machine --------------------------------------------------------------

enum location { version, contents, mutex, message, locations };

/// How much of each location's history a thread or a value knows.
using view = std::array<std::size_t, locations>;

struct stored {
  int value = 0;
  view knows = {};
};

enum class op {
  load,  // register a from location
  store, // b to location
  add,   // 1 to location, in one step
  lock,  // waits
  unlock,
  copy,          // register a from register b
  skip_if_equal, // jumps over b steps if both registers are equal
  require        // register a is at least register b
};

struct step {
  op what;
  location where = version;
  int a = 0;
  int b = 0;
  bool ordered = false; // acquire for loads, release for stores
};

using program = std::vector<step>;

struct thread_state {
  std::size_t next = 0;
  std::array<int, 4> registers = {};
  view knows = {};
};

struct world {
  std::vector<thread_state> threads;
  std::array<std::vector<stored>, locations> memory;
};

class explorer {
public:
  explicit explorer(std::vector<program> programs)
    : programs_(std::move(programs)) {
    auto start = world{};
    start.threads.resize(programs_.size());
    for (auto& history : start.memory)
      history.push_back({});
    explore(start);
  }

  /// Whether any execution breaks a requirement.
  bool broken() const noexcept {
    return broken_;
  }

  std::size_t executions() const noexcept {
    return executions_;
  }

private:
  void explore(const world& now) {
    bool ended = true;
    for (std::size_t i = 0; i < programs_.size(); ++i) {
      if (now.threads[i].next == programs_[i].size())
        continue;
      ended = false;
      advance(now, i);
    }
    executions_ += ended ? 1 : 0;
  }

  void advance(const world& now, std::size_t thread) {
    const auto& what = programs_[thread][now.threads[thread].next];
    if (what.what != op::load) {
      auto after = now;
      if (act(after, after.threads[thread], what))
        explore(after);
      return;
    }
    const auto oldest = now.threads[thread].knows[what.where];
    for (auto i = oldest; i < now.memory[what.where].size(); ++i) {
      auto after = now;
      load(after, after.threads[thread], what, i);
      explore(after);
    }
  }

  static void load(world& w, thread_state& self, const step& what,
                   std::size_t index) {
    const auto& found = w.memory[what.where][index];
    self.registers.at(static_cast<std::size_t>(what.a)) = found.value;
    self.knows[what.where] = index;
    if (what.ordered)
      learn(self.knows, found.knows);
    ++self.next;
  }

  /// @returns false if the thread has to wait.
  bool act(world& w, thread_state& self, const step& what) {
    auto& a = self.registers.at(static_cast<std::size_t>(what.a));
    const auto b = what.b;
    ++self.next;
    switch (what.what) {
      case op::store:
        store(w, self, what.where, b, what.ordered);
        break;
      case op::add:
        store(w, self, what.where, w.memory[what.where].back().value + 1,
              what.ordered);
        break;
      case op::lock:
        if (w.memory[mutex].back().value != 0)
          return false;
        learn(self.knows, w.memory[mutex].back().knows);
        store(w, self, mutex, 1, false);
        break;
      case op::unlock:
        store(w, self, mutex, 0, true);
        break;
      case op::copy:
        a = self.registers.at(static_cast<std::size_t>(b));
        break;
      case op::skip_if_equal:
        if (self.registers[0] == self.registers[1])
          self.next += static_cast<std::size_t>(b);
        break;
      default:
        broken_ |= a < self.registers.at(static_cast<std::size_t>(b));
    }
    return true;
  }

  static void store(world& w, thread_state& self, location where, int value,
                    bool ordered) {
    auto& history = w.memory[where];
    self.knows[where] = history.size();
    auto knows = view{};
    knows[where] = history.size();
    if (ordered)
      knows = self.knows;
    history.push_back({value, knows});
  }

  static void learn(view& mine, const view& other) {
    for (std::size_t i = 0; i < mine.size(); ++i)
      mine[i] = std::max(mine[i], other[i]);
  }

  std::vector<program> programs_;
  bool broken_ = false;
  std::size_t executions_ = 0;
};

// -- the protocol -------------------------------------------------------------

constexpr bool ordered = true;
constexpr bool relaxed = false;

// Registers of a reader: what it saw last of the version (0) and sees now (1),
// its copy of the contents (2), and the count it was told of (3).
constexpr int seen = 0;
constexpr int now = 1;
constexpr int copy = 2;
constexpr int told = 3;

program operator+(program lhs, const program& rhs) {
  lhs.insert(lhs.end(), rhs.begin(), rhs.end());
  return lhs;
}

/// `local_slot::publish` and `changed`.
program publish(int count) {
  return {{op::lock},
          {op::store, contents, 0, count, relaxed},
          {op::add, version, 0, 0, ordered},
          {op::unlock}};
}

/// Tells another thread, as a mailbox does.
program tell(int count, bool order) {
  return {{op::store, message, 0, count, order}};
}

/// Learns from another thread.
program listen(bool order) {
  return {{op::load, message, told, 0, order}};
}

/// `slot_reader::read`, with `local_slot::load` for a version that is new.
program read() {
  return {{op::load, version, now, 0, relaxed},
          {op::skip_if_equal, version, 0, 4},
          {op::lock},
          {op::load, contents, copy, 0, relaxed},
          {op::load, version, seen, 0, relaxed},
          {op::unlock},
          {op::require, version, copy, told}};
}

/// The same without the mutex.
program read_unguarded() {
  return {{op::load, version, now, 0, ordered},
          {op::skip_if_equal, version, 0, 2},
          {op::load, contents, copy, 0, relaxed},
          {op::copy, version, seen, now},
          {op::require, version, copy, told}};
}

} // namespace

TEST_CASE("no read is older than what its thread has been told", "[I21][I4]") {
  const auto writer = publish(1) + tell(1, ordered) + publish(2)
                      + tell(2, ordered);
  const auto reader = listen(ordered) + read() + listen(ordered) + read();
  const auto all = explorer{{writer, reader}};
  CHECK_FALSE(all.broken());
  CHECK(all.executions() > 100);
}

TEST_CASE("the same with two readers", "[I21][I4]") {
  const auto writer = publish(1) + tell(1, ordered);
  const auto reader = listen(ordered) + read();
  CHECK_FALSE(explorer{{writer, reader, reader}}.broken());
}

TEST_CASE("what a thread was told in no order proves nothing", "[I21]") {
  const auto writer = publish(1) + tell(1, ordered);
  const auto careless = publish(1) + tell(1, relaxed);
  CHECK(explorer{{careless, listen(ordered) + read()}}.broken());
  CHECK(explorer{{writer, listen(relaxed) + read()}}.broken());
}

TEST_CASE("a version that changes before the contents needs the mutex",
          "[I21]") {
  const auto early = program{{op::add, version, 0, 0, ordered},
                             {op::store, contents, 0, 1, relaxed}};
  const auto reader = read_unguarded() + listen(ordered) + read_unguarded();
  CHECK(explorer{{early + tell(1, ordered), reader}}.broken());
}

TEST_CASE("a version that does not change is missed", "[I21]") {
  const auto forgetful
    = program{{op::lock}, {op::store, contents, 0, 1, relaxed}, {op::unlock}};
  CHECK(explorer{{forgetful + tell(1, ordered), listen(ordered) + read()}}
          .broken());
}
