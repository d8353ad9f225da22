#pragma once

#include <bearer/remote/address.hpp>

#include <caf/error.hpp>
#include <caf/timestamp.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bearer::remote::detail {

/// Since when no owner answers, and why.
class outage {
public:
  explicit outage(const std::vector<address>& owners);

  /// The owner at `where` could not be reached.
  void note(const address& where, const caf::error& why, caf::timestamp now);

  /// An owner has answered.
  void end();

  /// `errc::owner_unreachable` that names the owners, why each could not be
  /// reached when it was last tried, and since when that is so.
  /// @param besides Something to add; may be empty.
  caf::error error(std::string_view besides) const;

private:
  struct entry {
    address where;
    std::string why;
  };

  std::vector<entry> owners_;
  std::optional<caf::timestamp> since_;
};

} // namespace bearer::remote::detail
