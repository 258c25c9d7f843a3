// What the pool asks of the operating system beyond the standard library.
#pragma once

#if defined(_M_X64) || defined(_M_ARM64)
#include <intrin.h>
#endif

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

// Tells the processor that it is waiting in a loop.
inline void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb" ::: "memory");  // as long as x86's pause; yield is one cycle
#elif defined(_M_X64)
  _mm_pause();
#elif defined(_M_ARM64)
  __isb(_ARM64_BARRIER_SY);
#endif
}

}  // namespace logits
