#include <bearer/reader.hpp>

#include <utility>

namespace bearer {

reader::reader(handle bearer, detail::slot_reader slot)
  : bearer_(std::move(bearer)), slot_(std::move(slot)) {
  // nop
}

void reader::reject() {
  if (const auto& seen = slot_.seen(); !seen.access_token.empty())
    bearer_.reject(seen.generation);
}

} // namespace bearer
