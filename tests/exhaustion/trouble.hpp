#pragma once

#include <bearer/source/detail/posix.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

#include <sys/resource.h>

/// What may run out, each on purpose and only for a while.
namespace exhaustion {

/// Thrown by troubles that cannot be made with the rights that there are.
struct not_here : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Something is not there that everybody needs.
class trouble {
public:
  virtual ~trouble() = default;

  virtual void begin() = 0;

  /// Waits until what an attempt has taken for a moment is there again.
  virtual void settle() {
    // nop
  }

  virtual void end() = 0;
};

/// A soft limit of this process.
class limit {
public:
  /// @param what such as `RLIMIT_AS`.
  explicit limit(__rlimit_resource what);

  void set(rlim_t to) const;

  void restore() const;

private:
  __rlimit_resource what_;
  rlimit before_;
};

/// No descriptor is left.
class no_descriptors : public trouble {
public:
  void begin() override;

  void end() override;

private:
  limit limit_{RLIMIT_NOFILE};
  std::vector<bearer::detail::unique_fd> taken_;
};

/// Keeps the C library from setting aside address space for later, which would
/// be there when there should be none. To be called before there are threads.
void keep_no_memory();

/// No more than a little memory is left.
class no_memory : public trouble {
public:
  /// @param stacks How many stacks for new threads are left all the same.
  explicit no_memory(std::size_t stacks);

  void begin() override;

  void end() override;

private:
  limit limit_{RLIMIT_AS};
};

/// Only so many threads and processes may start. The limit is one on all that
/// the user runs, and does not bind the superuser: makes it a user who owns
/// nothing but this process.
class no_threads : public trouble {
public:
  /// @throws not_here
  explicit no_threads(unsigned spare = 0);

  void begin() override;

  void settle() override;

  void end() override;

private:
  limit limit_{RLIMIT_NPROC};
  unsigned spare_;
  rlim_t base_ = 0;
};

/// Nothing fits on the disk any more that a token is written to.
class full_disk : public trouble {
public:
  /// Makes a tiny file system in the folder where `own_mounts` allows it.
  /// Elsewhere, a limit on the length of files stands in.
  explicit full_disk(const std::string& folder);

  ~full_disk() override;

  void begin() override;

  void end() override;

  /// Whether it is a disk that is full.
  bool is_real() const noexcept {
    return mounted_;
  }

  /// What was made.
  const char* means() const noexcept;

  /// Rewrites the file in place, as far as that goes, in a process of its own.
  void write_token() const;

  const std::string& file() const noexcept {
    return file_;
  }

private:
  std::string folder_;
  std::string file_;
  bool mounted_;
  bool full_ = false;
};

} // namespace exhaustion
