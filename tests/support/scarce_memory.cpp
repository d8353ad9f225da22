#include "support/scarce_memory.hpp"

#include "support/real_time.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <new>
#include <thread>

#include <pthread.h>

namespace bearer::test {

namespace {

std::atomic<const char*> starved = nullptr;
std::atomic<int> refusals = 0;

/// How many allocations of this thread go before the one that is turned away,
/// and that one; 0 if none is.
thread_local int until_refusal = 0;

bool refuses_thread() noexcept {
  const auto* whom = starved.load();
  if (whom == nullptr)
    return false;
  auto name = std::array<char, 16>{};
  ::pthread_getname_np(::pthread_self(), name.data(), name.size());
  return std::strcmp(name.data(), whom) == 0;
}

bool refuses() noexcept {
  if (until_refusal > 0 && --until_refusal == 0)
    return true;
  return refuses_thread();
}

} // namespace

scarce_memory::scarce_memory(const char* thread_name) {
  refusals = 0;
  starved = thread_name;
}

scarce_memory::~scarce_memory() {
  starved = nullptr;
}

bool scarce_memory::wait_for(int count) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (refusals < count) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    std::this_thread::yield();
  }
  return true;
}

refused_allocation::refused_allocation(int which) {
  until_refusal = which;
}

refused_allocation::~refused_allocation() {
  until_refusal = 0;
}

bool refused_allocation::happened() const {
  return until_refusal == 0;
}

static void* allocate(std::size_t size) {
  if (refuses()) {
    ++refusals;
    throw std::bad_alloc{};
  }
  if (auto* result = std::malloc(size == 0 ? 1 : size))
    return result;
  throw std::bad_alloc{};
}

} // namespace bearer::test

// Those for arrays use these.

void* operator new(std::size_t size) {
  return bearer::test::allocate(size);
}

void operator delete(void* ptr) noexcept {
  std::free(ptr);
}

void operator delete(void* ptr, std::size_t) noexcept {
  std::free(ptr);
}
