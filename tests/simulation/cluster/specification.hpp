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
  /// @param several_sources Whether replicas have a source of their own, or
  ///                        two owners. Then they are read before anything is
  ///                        rejected, and nothing is under way.
  specification(const renewal_settings& settings, bool several_sources)
    : settings_(settings), several_sources_(several_sources) {
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

  /// All replicas had a token of the second owner's at the last look at them.
  void require_change_of_owner();

  /// From now on no fallback is asked.
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
  /// The second owner comes last.
  template <class T>
  using per_node = std::array<T, nodes + 1>;

  /// A token as a source gave it.
  struct issue {
    /// The first node whose source gave it.
    std::size_t from;

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

    /// The bearer that has it.
    std::size_t bearer;

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
  void note(std::size_t node, const moment& at, const seen::stopped&);
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
  const bool several_sources_;
  spec::faults faults_;

  std::map<std::string, issue> issued_;
  std::map<std::size_t, fetch> fetches_;

  /// Of each node, by the numbers of its bearers.
  per_node<std::map<std::uint64_t, bearer_record>> bearers_;

  /// What was rejected at each node, and is not to come there again.
  per_node<std::set<std::string>> refused_;

  /// What each node had at the last look at it.
  per_node<std::string> seen_;
  per_node<std::optional<caf::timestamp>> seen_end_;

  per_node<moment> calm_;

  /// How many bearers a node has had before, and whether the present one was
  /// stopped, and has heard of it.
  struct tenure {
    std::size_t bearer = 0;
    bool stopped = false;
    bool at_rest = false;
  };

  per_node<tenure> tenures_;

  /// The nodes whose clocks were set.
  std::set<std::size_t> skewed_;

  /// The owners' sources, and the fallbacks of replicas.
  per_node<source_record> sources_;

  /// Whether fallbacks are of no use any more.
  bool at_rest_ = false;
};

} // namespace bearer::sim::cluster
