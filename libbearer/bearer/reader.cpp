#include <bearer/reader.hpp>

#include <utility>

namespace bearer {

reader::reader(handle bearer, detail::slot_reader slot)
  : bearer_(std::move(bearer)), slot_(std::move(slot)) {
  // nop
}

void reader::reject() {
  if (slot_.given().count > 0)
    bearer_.reject(slot_.given());
}

} // namespace bearer
