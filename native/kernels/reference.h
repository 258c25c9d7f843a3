// Which reference a row is counted in, and which rows have none.
#pragma once

#include <cstdint>

#include "../force-inline.h"
#include "bits.h"
#include "exp.h"

namespace logits {

enum class RowKind {
  regular,   // a finite maximum, no NaN
  nan,       // holds a NaN
  infinite,  // holds +inf, no NaN
  empty,     // nothing but -inf, or nothing at all
};

// A row's largest element, and whether it holds a NaN (the maximum then means nothing).
struct Extent {
  float max;
  bool nan;
};

// Sums are good for any reference as long as the row's largest exponent lies within this distance
// of it: above, the headroom ends; below, terms that still matter would count as 0.
static constexpr int kWindowBelow = 12;
static constexpr int kWindowAbove = 28;
// Largest sum (times the divisor of a mean) that a float32 factor can divide by without losing
// bits to underflow: ../NUMERICS.md, 3.3.
static constexpr double kLargestDivisor = 0x1p72;

// Whether sums whose largest z had these bits may be used as they are.
template <class V>
LOGITS_INLINE bool within_window(uint32_t largest) {
  return largest - (kRounderBits + kHeadroom - kWindowBelow) <=
         static_cast<uint32_t>(kWindowBelow + kWindowAbove);
}

template <class V>
LOGITS_INLINE RowKind kind_of(const Extent& extent) {
  if (extent.nan) return RowKind::nan;
  const uint32_t bits = bits_of<V>(extent.max);
  if ((bits & kMagnitudeBits) != kInfinityBits) return RowKind::regular;
  return bits == kInfinityBits ? RowKind::infinite : RowKind::empty;
}

// The reference of a regular row with this maximum.
template <class V>
LOGITS_INLINE Reference reference_for(float max) {
  const bool moderate = max <= kLargestLogit && max >= -kLargestLogit;
  return moderate ? Reference{even_exponent<V>(max), 0.0f} : Reference{0, max};
}

// A row's sum, in units of 2^(exponent - kHeadroom) e^offset.
struct RowSum {
  RowKind kind;
  double sum;       // without the excluded element
  double excluded;  // the excluded element's term, 0 where none is excluded
  Reference reference;

  LOGITS_INLINE double total() const { return sum + excluded; }
};

}  // namespace logits
