// Which reference a row is counted in, and which rows have none. A is the arithmetic: Single
// (exp.h) or Double (exp-double.h).
#pragma once

#include <cstdint>

#include "../../platform/force-inline.h"
#include "bits.h"

namespace logits {

// What a row's terms are counted in: units of 2^exponent e^(offset / temperature). The offset is 0,
// but for rows whose maximum exceeds A::kLargestLogit in magnitude, where it is that maximum.
struct Reference {
  int exponent;
  double offset;
};

// A number to more bits than a lane has, as the sum of two.
struct Pair {
  double high;
  double low;
};

// What a kernel knows about a row's elements when it is compiled. What it does not know it looks up
// with each vector: the processor foresees such a branch, but it is not free.
enum class Access {
  plain,    // of one type, neighbours in memory, without a temperature
  scaled,   // the same with a temperature
  typed,    // neighbours in memory
  strided,  // nothing
};

// Whether a temperature, by its inverse, divides elements.
template <Access Kind>
LOGITS_INLINE bool is_scaled_by(const Pair& inverse) {
  if (Kind == Access::plain || Kind == Access::scaled) return Kind == Access::scaled;
  return inverse.high != 1 || inverse.low != 0;
}

// The reference as vectors: one value for all lanes, or one a lane.
template <class A>
struct ReferenceVectors {
  typename A::Vector magic;   // the rounder + headroom - N: exact
  typename A::Vector lowest;  // the x - offset of exponent A::kLowestExponent
  typename A::Vector offset;
  typename A::Vector inverse_high;  // 1 / temperature
  typename A::Vector inverse_low;
  bool is_shifted;  // whether any offset is not 0
  bool is_scaled;   // whether the temperature is not 1
};

template <class A>
LOGITS_INLINE typename A::Lane magic_of(const Reference& reference) {
  return A::kRounder + static_cast<typename A::Lane>(A::kHeadroom - reference.exponent);
}

template <class A>
LOGITS_INLINE double lowest_of(const Reference& reference) {
  return (reference.exponent - A::kHeadroom + A::kLowestExponent) * A::kLog2;
}

enum class RowKind {
  regular,   // a finite maximum, no NaN
  nan,       // holds a NaN
  infinite,  // holds +inf, no NaN
  empty,     // nothing but -inf, or nothing at all
};

// A row's largest element, and whether it holds a NaN (the maximum then means nothing).
struct RowMax {
  double max;
  bool nan;
};

template <class A>
LOGITS_INLINE RowKind kind_of(const RowMax& row_max) {
  if (row_max.nan) return RowKind::nan;
  const uint64_t bits = bits_of<A>(row_max.max);
  if ((bits & ~kSignBitF64) != kInfinityBitsF64) return RowKind::regular;
  return bits == kInfinityBitsF64 ? RowKind::infinite : RowKind::empty;
}

// The even integer nearest to x / ln 2. Even, so that a tie in the rounding of n falls on the same
// side for every reference. Rows have |x| <= A::kLargestLogit <= 2^30, and halves within the bound;
// but another thread may write to a row in shared memory between two looks at it, and whatever
// number that makes of x has to become an integer too.
template <class A>
LOGITS_INLINE int even_exponent(double x) {
  constexpr double kMost = 3 << 28;
  const double exact = x * (A::kInverseLog2 / 2);
  const double halves = exact > kMost ? kMost : exact >= -kMost ? exact : -kMost;
  return 2 * static_cast<int>(halves < 0 ? halves - 0.5 : halves + 0.5);
}

LOGITS_INLINE int even_below(int n) { return n & ~1; }

// The reference of a regular row with this maximum, `scaled` being max / temperature.
template <class A>
LOGITS_INLINE Reference reference_for(double max, double scaled) {
  const bool moderate = scaled <= A::kLargestLogit && scaled >= -A::kLargestLogit;
  return moderate ? Reference{even_exponent<A>(scaled), 0} : Reference{0, max};
}

// A row's sum, in units of 2^(exponent - headroom) e^(offset / temperature).
struct RowSum {
  RowKind kind;
  double sum;       // without the excluded element
  double excluded;  // the excluded element's term, 0 where none is excluded
  Reference reference;

  LOGITS_INLINE double total() const { return sum + excluded; }
};

}  // namespace logits
