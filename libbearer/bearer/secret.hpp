#pragma once

#include <bearer/detail/wipe.hpp>

#include <caf/error.hpp>
#include <caf/intrusive_ptr.hpp>
#include <caf/sec.hpp>

#include <atomic>
#include <cstddef>
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
  secret(secret&&) noexcept = default;

  /// Lets go of the old block, which is wiped if nobody else holds it.
  secret& operator=(secret other) noexcept {
    block_.swap(other.block_);
    return *this;
  }

  ~secret() = default;

  /// The text itself; valid as long as any copy of this secret lives.
  std::string_view view() const noexcept {
    return block_ ? std::string_view{block_->text(), block_->size}
                  : std::string_view{};
  }

  /// The length of the text in bytes.
  std::size_t size() const noexcept {
    return block_ ? block_->size : 0;
  }

  /// Whether there is no text; no token has such a secret.
  bool empty() const noexcept {
    return block_ == nullptr;
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
  /// What copies share: the text lies behind it.
  struct block {
    explicit block(std::size_t length) noexcept : size(length) {
      // nop
    }

    static block* make(std::string_view content);

    void wipe_and_free() noexcept;

    char* text() noexcept {
      return reinterpret_cast<char*>(this + 1);
    }

    friend void intrusive_ptr_add_ref(block* ptr) noexcept {
      ptr->owners.fetch_add(1, std::memory_order_relaxed);
    }

    friend void intrusive_ptr_release(block* ptr) noexcept {
      if (ptr->owners.fetch_sub(1, std::memory_order_acq_rel) == 1)
        ptr->wipe_and_free();
    }

    std::atomic<std::size_t> owners = 1;
    const std::size_t size;
  };

  /// None if the text is empty.
  caf::intrusive_ptr<block> block_;
};

/// Never the text: returns `secret::redacted`, or an empty string for the empty
/// secret.
/// @relates secret
std::string to_string(const secret& x);

} // namespace bearer
