#pragma once

namespace late_exit {

/// Blocks the calling thread until all static objects of the process are gone,
/// those of libraries included. The process ends when that thread has ended.
void hang_until_last_moment();

/// Waits until some thread hangs there; false if none did in good time.
bool wait_until_one_hangs();

} // namespace late_exit
