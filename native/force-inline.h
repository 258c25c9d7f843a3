// One spelling of "always inline". Kernels are built from many one-instruction functions, and a
// single call left over would cost more than the instruction.
#pragma once

#if defined(_MSC_VER) && !defined(__clang__)
#define LOGITS_INLINE __forceinline
#else
#define LOGITS_INLINE inline __attribute__((always_inline))
#endif
