#pragma once

namespace bearer {

/// Makes the message types of the library, and of CAF's core, known to CAF.
/// Call it once before the first actor system exists; calling it again, or
/// beside an application's own blocks, does no harm. Programs that use
/// `CAF_MAIN(caf::id_block::bearer, ...)` need no call.
void init_global_meta_objects();

} // namespace bearer
