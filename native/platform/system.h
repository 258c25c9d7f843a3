// What the pool asks of the operating system beyond the standard library.
#pragma once

namespace logits {

// Starts a thread that nobody waits for, and that never ends; false where the system refuses one.
bool start_thread(void (*run)(void* argument), void* argument);

// Keeps this library's code in memory until the process ends, although its last user (a worker
// thread that loaded it alone, say) may unload it: false where the system refuses.
bool pin_library();

// Differs between a process and a copy of it (fork), which has its memory but none of its threads.
long process_id();

// The processor that runs the calling thread; -1 where the system does not tell.
int current_processor();

}  // namespace logits
