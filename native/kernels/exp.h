// The exponential core: e^x counted in units of a power of two.
//
//   n = nearest integer to x / ln 2          (ties to even)
//   r = x - n ln 2                           |r| <= 0.3466, up to 0.3606 for |x| near 2^20
//   scaled_exp(x) = 2^(n + 40 - N) e^r       N: the row's reference exponent, an even integer
//
// The range is reduced on x itself. Subtracting a maximum first would round x - max to float32,
// an error of up to 64 ulp in e^(x - max); the power of two that replaces it is exact, so that all
// results are the same bits whatever N was. Bounds and proofs: ../NUMERICS.md, sections 2 and 3.
#pragma once

#include <cstdint>

#include "../force-inline.h"
#include "bits.h"
#include "coefficients.h"

namespace logits {

// Terms as small as 2^-165 of the reference stay normal floats, sums as large as 2^28 of it too.
static constexpr int kHeadroom = 40;
// Elements whose exponent n + 40 - N would lie below this are raised to it: 2^-124 beside a row's
// largest term of at least 2^27 is invisible in a float64 sum and rounds to 0 in a float32
// quotient.
static constexpr int kLowestExponent = -124;
// Adding 1.5 * 2^23 leaves the nearest integer in the low bits of the float.
static constexpr float kRounder = 0x1.8p23f;
static constexpr uint32_t kRounderBits = 0x4b400000;

// What a row's terms are counted in: units of 2^exponent e^offset. The offset is 0, but for rows
// whose maximum exceeds kLargestLogit in magnitude, where it is that maximum.
struct Reference {
  int exponent;
  float offset;
};

// Beyond it x log2(e) + magic would lose the fraction that the polynomial needs.
static constexpr float kLargestLogit = 0x1p20f;

// The reference as vectors: one value for all lanes, or one a lane.
template <class V>
struct ReferenceVectors {
  typename V::F32 magic;   // kRounder + 40 - N: an integer below 2^24, hence exact
  typename V::F32 lowest;  // the x - offset of exponent kLowestExponent
  typename V::F32 offset;
};

template <class V>
LOGITS_INLINE float magic_of(const Reference& reference) {
  return kRounder + static_cast<float>(kHeadroom - reference.exponent);
}

template <class V>
LOGITS_INLINE float lowest_of(const Reference& reference) {
  return static_cast<float>((reference.exponent - kHeadroom + kLowestExponent) *
                            static_cast<double>(kLn2Hi));
}

template <class V>
LOGITS_INLINE ReferenceVectors<V> broadcast_reference(const Reference& reference) {
  return {V::broadcast(magic_of<V>(reference)), V::broadcast(lowest_of<V>(reference)),
          V::broadcast(reference.offset)};
}

// v[k] becomes scaled_exp(v[k]). `largest` collects the unsigned maximum of the bits of z, from
// which the caller sees whether every element was in range: its low bits are 40 plus the distance
// of the row's largest exponent from N, and a NaN, an infinity or an x far above makes them huge.
//   Shifted: subtract reference.offset first (exact where it matters: ../NUMERICS.md, 3.4)
//   domain: |x - offset| <= 2^20, x - offset <= (N + 87) ln 2
//   max error: 0.87 ulp for |x| <= 88, 0.88 ulp up to 2^20; NaN gives NaN or garbage, +inf garbage:
//   see `largest`
template <class V, bool Shifted, int Count>
LOGITS_INLINE void scaled_exp(typename V::F32 (&v)[Count], const ReferenceVectors<V>& reference,
                              typename V::I32& largest) {
  using F32 = typename V::F32;
  F32 z[Count];
  F32 p[Count];
  const F32 log2e = V::broadcast(kLog2e);
  const F32 minus_ln2_hi = V::broadcast(-kLn2Hi);
  const F32 minus_ln2_lo = V::broadcast(-kLn2Lo);
  const F32 one = V::broadcast(1.0f);
  if constexpr (Shifted) {
    for (int k = 0; k < Count; ++k) v[k] = V::sub(v[k], reference.offset);
  }
  // The element is the second operand, so that a NaN is not replaced (see V::max).
  for (int k = 0; k < Count; ++k) v[k] = V::max(reference.lowest, v[k]);
  for (int k = 0; k < Count; ++k) z[k] = V::fma(v[k], log2e, reference.magic);
  for (int k = 0; k < Count; ++k) {
    const F32 n = V::sub(z[k], reference.magic);
    v[k] = V::fma(n, minus_ln2_hi, v[k]);
    v[k] = V::fma(n, minus_ln2_lo, v[k]);
  }
  for (int k = 0; k < Count; ++k) p[k] = V::fma(V::broadcast(kExpC6), v[k], V::broadcast(kExpC5));
  for (int k = 0; k < Count; ++k) p[k] = V::fma(p[k], v[k], V::broadcast(kExpC4));
  for (int k = 0; k < Count; ++k) p[k] = V::fma(p[k], v[k], V::broadcast(kExpC3));
  for (int k = 0; k < Count; ++k) p[k] = V::fma(p[k], v[k], V::broadcast(kExpC2));
  for (int k = 0; k < Count; ++k) p[k] = V::fma(p[k], v[k], one);
  for (int k = 0; k < Count; ++k) p[k] = V::fma(p[k], v[k], one);
  for (int k = 0; k < Count; ++k) {
    const auto exponent = V::bits(z[k]);
    largest = V::max_unsigned(largest, exponent);
    v[k] = V::from_bits(V::add(V::bits(p[k]), V::shift_left_23(exponent)));
  }
}

// scaled_exp of one number, by the same instructions.
template <class V>
LOGITS_INLINE float scaled_exp_of(float x, const Reference& reference) {
  typename V::F32 v[1] = {V::broadcast(x)};
  typename V::I32 largest = V::broadcast_bits(0);
  scaled_exp<V, true>(v, broadcast_reference<V>(reference), largest);
  float lanes[16];
  V::store(lanes, v[0]);
  return lanes[0];
}

// The even integer nearest to x / ln 2. Even, so that a tie in the rounding of n falls on the same
// side for every reference.
template <class V>
LOGITS_INLINE int even_exponent(float x) {
  const double halves = static_cast<double>(x) * (static_cast<double>(kLog2e) / 2);
  return 2 * static_cast<int>(halves < 0 ? halves - 0.5 : halves + 0.5);
}

}  // namespace logits
