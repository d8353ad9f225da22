#pragma once

#include <bearer/renewal_settings.hpp>
#include <bearer/token.hpp>

#include "simulation/cluster/step.hpp"
#include "simulation/observation.hpp"
#include "simulation/spec/faults.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace bearer::sim::cluster {

/// Judges what is seen at an owner and its replicas by what the design says of
/// a cluster. Knows nothing of links, gates and messages: only of what the
/// source gave, and of who got what and when.
class specification {
public:
  /// @param with_fallback Whether replicas have a source of their own. Then
  ///                      they are read before anything is rejected, and
  ///                      nothing is under way.
  specification(const renewal_settings& settings, bool with_fallback)
    : settings_(settings), with_fallback_(with_fallback) {
    // nop
  }

  void observe(std::size_t node, const observation& x);

  // -- demands on a cluster that is well again --------------------------------

  /// Every fetch was answered, at nodes whose clocks were never wrong, nor
  /// their owner's.
  void require_answers();

  /// Whether every node had the same at the last look at it.
  bool is_agreed() const;

  /// Every node had a token at the last look at it, and it was the same.
  void require_agreement();

  /// The same, if no clock was ever wrong: a replica whose clock was ahead may
  /// have no token until the owner has another one.
  void require_early_agreement() {
    if (skewed_.empty())
      require_agreement();
  }

  /// From now on the owner's source is the only one that is asked.
  void require_rest() {
    at_rest_ = true;
  }

  /// None of them ends later than the source has said last.
  void require_latest_end();

  /// No node had this one.
  void require_gone(const std::string& secret);

  void require_all_answered();

  /// What a node had at the last look at it; empty for none.
  const std::string& seen_at(std::size_t node) const {
    return seen_.at(node);
  }

  const std::optional<spec::fault>& fault_found() const {
    return faults_.first();
  }

private:
  /// A token as the source gave it.
  struct issue {
    /// The latest that was ever said; none for a token without an end.
    std::optional<caf::timespan> end;

    /// What was said last.
    std::optional<caf::timestamp> last_end;
  };

  /// What is known of the tokens of one bearer.
  struct bearer_record {
    /// The secrets of its generations.
    std::map<std::uint64_t, std::string> secrets;

    /// The newest generation that it has handed out.
    std::uint64_t newest = 0;

    /// The newest generation that was rejected.
    std::uint64_t floor = 0;
  };

  /// The last call of a source: when the one of the present bearer began at the
  /// earliest, and whether it was answered.
  struct source_record {
    std::size_t call = 0;
    std::optional<caf::timespan> called;
    bool answered = true;
  };

  struct fetch {
    std::size_t node;
    fetch_options what;
    caf::timespan sent;

    // What was known when it was sent.
    std::map<std::uint64_t, bearer_record> known;
    std::set<std::string> refused;

    /// When the bearer had it at the latest.
    std::optional<caf::timespan> arrived;

    std::size_t answers = 0;
  };

  // What was seen, by kind.
  void note(std::size_t node, const moment& at, const seen::calm&);
  void note(std::size_t node, const moment& at, const seen::clocks_moved&);
  void note(std::size_t node, const moment& at, const seen::source_called&);
  void note(std::size_t node, const moment& at, const seen::source_answered&);
  void note(std::size_t node, const moment& at, const seen::fetch_sent&);
  void note(std::size_t node, const moment& at, const seen::fetch_answered&);
  void note(std::size_t node, const moment& at, const seen::was_read&);
  void note(std::size_t node, const moment& at, const seen::rejected&);
  void note(std::size_t node, const moment& at, const seen::abandoned&);

  template <class T>
  void note(std::size_t, const moment&, const T&) {
    // Of no interest.
  }

  /// A token that was good at `since`, or should have been.
  void check_given(std::size_t node, const token& what, const moment& since);

  /// What goes on as it began: the same number is the same token, and numbers
  /// grow.
  void check_number(std::size_t node, const token& what,
                    const bearer_record& before);

  const renewal_settings settings_;
  const bool with_fallback_;
  spec::faults faults_;

  std::map<std::string, issue> issued_;
  std::map<std::size_t, fetch> fetches_;

  /// Of each node, by the numbers of its bearers.
  std::array<std::map<std::uint64_t, bearer_record>, nodes> bearers_;

  /// What was rejected at each node, and is not to come there again.
  std::array<std::set<std::string>, nodes> refused_;

  /// What each node had at the last look at it.
  std::array<std::string, nodes> seen_;
  std::array<std::optional<caf::timestamp>, nodes> seen_end_;

  std::array<moment, nodes> calm_;

  /// The nodes whose clocks were set.
  std::set<std::size_t> skewed_;

  /// The owner's source, and the fallbacks of replicas.
  std::array<source_record, nodes> sources_;

  /// Whether fallbacks are of no use any more.
  bool at_rest_ = false;
};

} // namespace bearer::sim::cluster
