#pragma once

#include <bearer/remote/address.hpp>

#include <caf/error.hpp>
#include <caf/timestamp.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace bearer::remote::detail {

/// Where the owner may be, which of that is being tried, and since when nobody
/// answers there, and why. An outage begins with the question that has no
/// answer, or with the loss of a connection.
class owner_list {
public:
  /// @param owners At least one.
  explicit owner_list(const std::vector<address>& owners);

  std::size_t size() const noexcept {
    return entries_.size();
  }

  /// The one to try, or to talk to.
  const address& current() const {
    return entries_[current_].where;
  }

  /// Another one may do better.
  void move_on() noexcept {
    current_ = (current_ + 1) % entries_.size();
  }

  /// The current one is about to be asked.
  void asked(caf::timestamp now);

  /// The current one could not be reached, or has gone.
  void note(const caf::error& why, caf::timestamp now);

  /// The current one has answered.
  void answered();

  /// What else is to be said of the outage, as long as it lasts; nothing if
  /// empty.
  void add(std::string besides);

  /// `errc::owner_unreachable` that names the owners, why each could not be
  /// reached when it was last tried, since when that is so, and what was added.
  caf::error error() const;

private:
  struct entry {
    address where;
    std::string why;
  };

  std::vector<entry> entries_;
  std::size_t current_ = 0;
  std::optional<caf::timestamp> since_;
  std::string besides_;
};

} // namespace bearer::remote::detail
