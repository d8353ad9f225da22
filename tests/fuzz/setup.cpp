#include <bearer/meta_objects.hpp>

#include "fuzz/fuzz.hpp"

// Called once before the first input.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  bearer::init_global_meta_objects();
  return 0;
}
