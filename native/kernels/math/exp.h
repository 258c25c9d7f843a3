// The exponential core: e^x counted in units of a power of two. Numbers here are those of Single;
// Double (exp-double.h) takes the same steps with its own.
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

#include "../../platform/force-inline.h"
#include "bits.h"
#include "coefficients.h"
#include "lanes.h"
#include "reference.h"

namespace logits {

// Arithmetic on sixteen float32 lanes: what the kernels ask of it, and its limits.
template <class V>
struct Single {
  using Set = V;
  using Lane = float;
  using Vector = typename V::F32;
  static constexpr int kLanes = 16;
  // The type of the results of elements E.
  template <class E>
  using Result = float;

  // Terms as small as 2^-165 of the reference stay normal floats, sums as large as 2^28 of it too.
  static constexpr int kHeadroom = 40;
  // Elements whose exponent n + 40 - N would lie below this are raised to it: 2^-124 beside a row's
  // largest term of at least 2^27 is invisible in a float64 sum and rounds to 0 in a float32
  // quotient.
  static constexpr int kLowestExponent = -124;
  // Sums are good for any reference as long as the row's largest exponent lies within this distance
  // of it: above, the headroom ends; below, terms that still matter would count as 0.
  static constexpr int kWindowBelow = 12;
  static constexpr int kWindowAbove = 28;
  // Beyond it x log2(e) + magic would lose the fraction that the polynomial needs.
  static constexpr double kLargestLogit = 0x1p20;
  static constexpr double kLog2 = static_cast<double>(kLn2Hi);
  static constexpr double kInverseLog2 = static_cast<double>(kLog2e);
  static constexpr float kLog2Rest = kLn2Lo;
  static constexpr int kTerms = 5;
  static constexpr float kSeries[kTerms] = {kExpC2, kExpC3, kExpC4, kExpC5, kExpC6};
  // p 2^n, n in the low bits of `exponent`.
  static LOGITS_INLINE Vector times_power(Vector p, typename V::I32 exponent) {
    return V::from_bits(V::add(V::bits(p), V::shift_left_23(exponent)));
  }
  // Adding 1.5 * 2^23 leaves the nearest integer in the low bits of the float.
  static constexpr float kRounder = 0x1.8p23f;
  static constexpr uint32_t kRounderBits = 0x4b400000;
  // Largest sum (times the divisor of a mean) that a float32 factor can divide by without losing
  // bits to underflow: ../NUMERICS.md, 3.3.
  static constexpr double kLargestSum = 0x1p72;
  // Below this share of the target, others' terms may have fallen under the row's reference: they
  // are summed again in units of their own maximum.
  static constexpr double kNearOneShare = 0x1p-64;

  // Terms below this may have been raised.
  static constexpr double kSmallestTerm = 0x1p-118;
  // What elements are raised to, before the temperature divides them, so that the quotients are
  // `lowest`. (Temperatures between 2^-60 and 2^60.)
  static constexpr bool kRaisesQuotients = false;
  static LOGITS_INLINE double lowest_element(double lowest, const Pair& inverse) {
    return lowest / inverse.high;
  }

  // x as the sum of two lanes' numbers.
  static LOGITS_INLINE Pair split(double x) {
    const auto high = static_cast<double>(rounded_to_float<V>(x));
    return {high, static_cast<double>(rounded_to_float<V>(x - high))};
  }
  // x / temperature. An infinite quotient has no rest.
  static LOGITS_INLINE Pair quotient(double x, const Pair& inverse) {
    const double high = x * inverse.high;
    return {high - high == 0 ? high + x * inverse.low : high, 0};
  }

  static constexpr Lane kLargest = 0x1.fffffep127f;
  static LOGITS_INLINE Lane infinity() { return float_of<V>(kInfinityBits); }
  // The one NaN that results hold.
  static LOGITS_INLINE Lane nan() { return float_of<V>(kNanBits); }

  // The largest bits of all lanes.
  using MaxExponentBits = uint32_t;
  static LOGITS_INLINE MaxExponentBits max_lane(typename V::I32 max_exponent_bits) {
    uint32_t lanes[16];
    V::store_bits(lanes, max_exponent_bits);
    uint32_t most = 0;
    for (int i = 0; i < 16; ++i) most = lanes[i] > most ? lanes[i] : most;
    return most;
  }
  // Whether sums may be used whose largest z had these bits.
  static LOGITS_INLINE bool within_window(MaxExponentBits max_exponent_bits) {
    return max_exponent_bits - (kRounderBits + kHeadroom - kWindowBelow) <=
           static_cast<uint32_t>(kWindowBelow + kWindowAbove);
  }
};

// p r + c for the coefficients from c[Term] down to c[0]. No loop: GCC unrolls one too late to keep
// its vectors in registers.
template <class A, int Term, class Vector, int Count>
LOGITS_INLINE void evaluate_series(Vector (&p)[Count], const Vector (&r)[Count]) {
  using V = typename A::Set;
  if constexpr (Term >= 0) {
    for (int k = 0; k < Count; ++k) p[k] = V::fma(p[k], r[k], V::broadcast(A::kSeries[Term]));
    evaluate_series<A, Term - 1>(p, r);
  }
}

// z and r of each v[k], r in its place.
template <class V, bool Scaled, class A, class Vector, int Count>
LOGITS_INLINE void reduce_range(Vector (&v)[Count], Vector (&z)[Count],
                                const ReferenceVectors<A>& reference) {
  using Lane = typename A::Lane;
  Vector rest[Count];
  const Vector log2e = V::broadcast(static_cast<Lane>(A::kInverseLog2));
  const Vector minus_ln2 = V::broadcast(static_cast<Lane>(-A::kLog2));
  const Vector minus_ln2_rest = V::broadcast(-A::kLog2Rest);
  // The element is the second operand, so that a NaN is not replaced (see V::max).
  if constexpr (!Scaled || !A::kRaisesQuotients) {
    for (int k = 0; k < Count; ++k) v[k] = V::max(reference.lowest, v[k]);
  }
  if constexpr (Scaled) {
    for (int k = 0; k < Count; ++k) {
      Vector quotient = V::mul(v[k], reference.inverse_high);
      rest[k] = V::fma(v[k], reference.inverse_high, V::sub(V::broadcast(Lane{0}), quotient));
      rest[k] = V::fma(v[k], reference.inverse_low, rest[k]);
      if constexpr (A::kRaisesQuotients) {
        // What was raised, -inf among it, has no remainder.
        rest[k] = keep_where<V>(V::greater(quotient, reference.lowest), rest[k]);
        quotient = V::max(reference.lowest, quotient);
      }
      v[k] = quotient;
    }
  }
  for (int k = 0; k < Count; ++k) z[k] = V::fma(v[k], log2e, reference.magic);
  for (int k = 0; k < Count; ++k) {
    const Vector n = V::sub(z[k], reference.magic);
    v[k] = V::fma(n, minus_ln2, v[k]);
    if constexpr (Scaled) {
      v[k] = V::add(v[k], V::fma(n, minus_ln2_rest, rest[k]));
    } else {
      v[k] = V::fma(n, minus_ln2_rest, v[k]);
    }
  }
}

// v[k] becomes scaled_exp(v[k]), the offset subtracted before (exact where it matters:
// ../NUMERICS.md, 3.4) and the quotient by the temperature taken, to twice the bits of a lane.
// Plain and scaled elements have an offset of 0. `max_exponent_bits` collects the unsigned maximum
// of the bits of z, from which the caller sees whether every element was in range: its low bits are
// the headroom plus the distance of the row's largest exponent from N, and a NaN, an infinity or an
// x far above makes them huge.
//   domain: |x - offset| <= A::kLargestLogit; in Single, x - offset <= (N + 87) ln 2
//   max error: in Single 0.87 ulp for |x| <= 88, 0.88 ulp up to 2^20; in Double 1 ulp; NaN gives
//   NaN or garbage, +inf garbage: see `max_exponent_bits`
template <class V, Access Kind, class A, class Vector, int Count>
LOGITS_INLINE void scaled_exp_inline(Vector (&v)[Count], const ReferenceVectors<A>& reference,
                                     typename V::I32& max_exponent_bits) {
  Vector z[Count];
  Vector p[Count];
  const Vector one = V::broadcast(typename A::Lane{1});
  constexpr bool kIsKnown = Kind == Access::plain || Kind == Access::scaled;
  if (!kIsKnown && reference.is_shifted) {
    for (int k = 0; k < Count; ++k) v[k] = V::sub(v[k], reference.offset);
  }
  if (kIsKnown ? Kind == Access::scaled : reference.is_scaled) {
    reduce_range<V, true>(v, z, reference);
  } else {
    reduce_range<V, false>(v, z, reference);
  }
  for (int k = 0; k < Count; ++k) p[k] = V::broadcast(A::kSeries[A::kTerms - 1]);
  evaluate_series<A, A::kTerms - 2>(p, v);
  for (int k = 0; k < Count; ++k) p[k] = V::fma(p[k], v[k], one);
  for (int k = 0; k < Count; ++k) p[k] = V::fma(p[k], v[k], one);
  for (int k = 0; k < Count; ++k) {
    const auto exponent = V::bits(z[k]);
    max_exponent_bits = V::max_unsigned(max_exponent_bits, exponent);
    v[k] = A::times_power(p[k], exponent);
  }
}

// Out of line where the instruction set asks for that.
template <class V, Access Kind, class A, class Vector, int Count>
LOGITS_OUTLINE void scaled_exp_outline(Vector (&v)[Count], const ReferenceVectors<A>& reference,
                                       typename V::I32& max_exponent_bits) {
  scaled_exp_inline<V, Kind>(v, reference, max_exponent_bits);
}

// scaled_exp of any number of vectors, as many side by side as the instruction set takes.
template <class V, Access Kind, class A, class Vector, int Count>
LOGITS_INLINE void scaled_exp(Vector (&v)[Count], const ReferenceVectors<A>& reference,
                              typename V::I32& max_exponent_bits) {
  constexpr int kStep = V::kInterleave;
  if constexpr (Count > kStep) {
    Vector first[kStep];
    Vector rest[Count - kStep];
    for (int k = 0; k < kStep; ++k) first[k] = v[k];
    for (int k = kStep; k < Count; ++k) rest[k - kStep] = v[k];
    scaled_exp<V, Kind>(first, reference, max_exponent_bits);
    scaled_exp<V, Kind>(rest, reference, max_exponent_bits);
    for (int k = 0; k < kStep; ++k) v[k] = first[k];
    for (int k = kStep; k < Count; ++k) v[k] = rest[k - kStep];
  } else if constexpr (V::kInlines) {
    scaled_exp_inline<V, Kind>(v, reference, max_exponent_bits);
  } else {
    scaled_exp_outline<V, Kind>(v, reference, max_exponent_bits);
  }
}

}  // namespace logits
