#pragma once

#include <bearer/generation.hpp>

namespace bearer::remote::detail {

/// Which of the owner's tokens a replica was given last, and of which it was
/// told: whether there is anything to ask for. By the numbers of whoever gave
/// the token.
class owner_news {
public:
  /// A token was given.
  /// @returns whether a newer one came up meanwhile.
  bool give(const generation& what) noexcept;

  /// The owner has published this one, or says so again.
  /// @returns whether that is worth a question.
  bool hear_of(const generation& what) noexcept;

private:
  generation given_;
  generation heard_of_;
};

} // namespace bearer::remote::detail
