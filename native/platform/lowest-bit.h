// A bit scan under one name for all compilers.
#pragma once

#include <cstdint>

#include "force-inline.h"

#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
#endif

namespace logits {

// The number of the lowest bit that is set in a word that is not 0.
LOGITS_INLINE int lowest_bit(uint32_t word) {
#if defined(_MSC_VER) && !defined(__clang__)
  unsigned long number;
  _BitScanForward(&number, word);
  return static_cast<int>(number);
#else
  return __builtin_ctz(word);
#endif
}

}  // namespace logits
