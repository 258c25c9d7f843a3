// The instruction for a loop that waits.
#pragma once

#if defined(_M_X64) || defined(_M_ARM64)
#include <intrin.h>
#endif

namespace logits {

// Leaves the core to its other thread for some tens of cycles, and saves power.
inline void cpu_pause() {
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
