#pragma once

#include <bearer/detail/wipe.hpp>

#include <caf/error.hpp>
#include <caf/sec.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace bearer {

/// An immutable string that is shared by reference and wiped from memory when
/// the last copy dies. No log, error, `to_string` or other human-readable form
/// shows it; binary serialisation keeps it whole.
///
/// Copies share one block and may be read from any thread.
class secret {
public:
  /// What human-readable forms show instead.
  static constexpr std::string_view redacted = "<redacted>";

  /// Constructs the empty secret, which holds no memory.
  secret() noexcept = default;

  /// Copies `text` into a block of its own. The caller's copy stays the
  /// caller's to wipe.
  explicit secret(std::string_view text);

  /// Shares the block.
  secret(const secret&) noexcept = default;

  /// Leaves the empty secret behind.
  secret(secret&& other) noexcept
    : text_(std::move(other.text_)), size_(std::exchange(other.size_, 0)) {
    // nop
  }

  /// Lets go of the old block, which is wiped if nobody else holds it.
  secret& operator=(secret other) noexcept {
    text_.swap(other.text_);
    std::swap(size_, other.size_);
    return *this;
  }

  ~secret() = default;

  /// The text itself; valid as long as any copy of this secret lives.
  std::string_view view() const noexcept {
    return {text_.get(), size_};
  }

  /// The length of the text in bytes.
  std::size_t size() const noexcept {
    return size_;
  }

  /// Whether there is no text; no token has such a secret.
  bool empty() const noexcept {
    return size_ == 0;
  }

  /// Compares the texts; how long that takes depends on them.
  friend bool operator==(const secret& lhs, const secret& rhs) noexcept {
    return lhs.view() == rhs.view();
  }

  /// Binary formats carry the text. Human-readable ones show `redacted`, from
  /// which nothing can be loaded.
  template <class Inspector>
  friend bool inspect(Inspector& f, secret& x) {
    auto text = std::string{};
    detail::wipe_guard guard{text};
    if constexpr (Inspector::is_loading) {
      if (f.has_human_readable_format()) {
        f.set_error(caf::make_error(caf::sec::load_callback_failed,
                                    "human-readable forms hold no secret"));
        return false;
      }
      if (!f.apply(text))
        return false;
      x = secret{text};
      return true;
    } else {
      text = f.has_human_readable_format() ? redacted : x.view();
      return f.apply(text);
    }
  }

private:
  std::shared_ptr<const char[]> text_;
  std::size_t size_ = 0;
};

/// Never the text: returns `secret::redacted`, or an empty string for the empty
/// secret.
/// @relates secret
std::string to_string(const secret& x);

} // namespace bearer
