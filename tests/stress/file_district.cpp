#include "support/child_process.hpp"
#include "support/temp_folder.hpp"

#include "districts.hpp"
#include "sources.hpp"

#include <list>
#include <string>
#include <vector>

namespace stress {

namespace {

class file_district : public district {
public:
  explicit file_district(std::uint64_t seed) {
    for (const auto* name : {"token-1", "token-2"}) {
      files_.push_back(folder_.path(name));
      rotators_.emplace_back(example::beside_this_program("stress-rotator"),
                             std::vector{files_.back(),
                                         std::to_string(seed++)});
    }
  }

  void found(caf::actor_system& sys, world& in) override {
    for (const auto& file : files_)
      in.add(sys, "file", [&sys, file] { return spawn_over_file(sys, file); });
  }

  bool end() override {
    auto worked = true;
    for (auto& one : rotators_)
      worked = one.stop() && worked;
    return worked;
  }

private:
  bearer::test::temp_folder folder_;
  std::vector<std::string> files_;
  std::list<example::child_process> rotators_;
};

} // namespace

std::unique_ptr<district> make_file_district(std::uint64_t seed) {
  return std::make_unique<file_district>(seed);
}

} // namespace stress
