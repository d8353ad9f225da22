#include <bearer/actors.hpp>
#include <bearer/handle.hpp>
#include <bearer/meta_objects.hpp>
#include <bearer/type_ids.hpp>

#include <caf/init_global_meta_objects.hpp>

namespace bearer {

void init_global_meta_objects() {
  caf::core::init_global_meta_objects();
  caf::init_global_meta_objects<caf::id_block::bearer>();
}

} // namespace bearer
