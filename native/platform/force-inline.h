// One spelling of "always inline" and of "never". Kernels are built from many one-instruction
// functions, and a single call left over would cost more than the instruction; but what is long and
// asked for from many places should stand once.
#pragma once

#if defined(_MSC_VER) && !defined(__clang__)
#define LOGITS_INLINE __forceinline
#define LOGITS_OUTLINE __declspec(noinline)
#define LOGITS_INLINED  // behind a lambda's parameters
#else
#define LOGITS_INLINE inline __attribute__((always_inline))
#define LOGITS_OUTLINE __attribute__((noinline))
#define LOGITS_INLINED __attribute__((always_inline))
#endif
