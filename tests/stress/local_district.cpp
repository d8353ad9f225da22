#include "districts.hpp"
#include "sources.hpp"

namespace stress {

namespace {

class local_district : public district {
public:
  explicit local_district(std::uint64_t seed) : serial_(seed * 1'000'039) {
    // nop
  }

  void found(caf::actor_system& sys, world& in) override {
    for (auto i = 0; i < 2; ++i)
      in.add(sys, "command", [&sys] { return spawn_over_command(sys); });
    for (auto i = 0; i < 3; ++i)
      in.add(sys, "function",
             [this, &sys] { return spawn_over_function(sys, ++serial_); });
    in.add(sys, "bearer",
           [this, &sys] { return spawn_over_bearer(sys, ++serial_); });
  }

private:
  /// Numbers the functions, so that they do not all do the same.
  std::uint64_t serial_;
};

} // namespace

std::unique_ptr<district> make_local_district(std::uint64_t seed) {
  return std::make_unique<local_district>(seed);
}

} // namespace stress
