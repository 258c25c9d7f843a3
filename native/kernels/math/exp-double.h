// Double, the arithmetic in float64: the constants of its exponential (exp.h); and the functions of
// e^x that need more than that.
#pragma once

#include <cstdint>

#include "../../platform/force-inline.h"
#include "bits.h"
#include "coefficients.h"
#include "exp.h"
#include "lanes.h"
#include "reference.h"

namespace logits {

// Arithmetic on eight float64 lanes: what the kernels ask of it, and its limits.
template <class V>
struct Double {
  using Set = V;
  using Lane = double;
  using Vector = typename V::F64;
  static constexpr int kLanes = 8;
  template <class E>
  using Result = E;

  // The exponents of float64 leave room for nearly every row to be counted in units of 2^-256.
  static constexpr int kHeadroom = 256;
  // 2^-1020 beside a largest term of at least 2^64 rounds to 0 in a quotient.
  static constexpr int kLowestExponent = -1020;
  static constexpr int kWindowBelow = 192;
  static constexpr int kWindowAbove = 256;
  // Larger ones are counted from the row's maximum; their own last bits are above 2^-22.
  static constexpr double kLargestLogit = 0x1p30;
  static constexpr double kLog2 = kLn2HighF64;
  static constexpr double kInverseLog2 = kLog2eF64;
  static constexpr double kLog2Rest = kLn2LowF64;
  static constexpr int kTerms = kExpF64Terms;
  static constexpr const double (&kSeries)[kTerms] = kExpF64;
  static LOGITS_INLINE Vector times_power(Vector p, typename V::I32 exponent) {
    return V::doubles_from_bits(V::add_64(V::bits(p), V::shift_left_52(exponent)));
  }
  // Adding 1.5 * 2^52 leaves the nearest integer in the low bits of the float64. The 4096 keeps
  // these positive, and is shifted out when they become an exponent.
  static constexpr double kRounder = 0x1.8p52 + 4096;
  static constexpr uint32_t kRounderHighBits = 0x43380000;
  static constexpr uint32_t kRounderLowBits = 4096;
  static constexpr double kLargestSum = 0x1.fffffffffffffp1023;
  static constexpr double kNearOneShare = 0x1p-900;

  static constexpr double kSmallestTerm = 0x1p-1012;
  // Quotients are raised themselves, since any temperature above 0 is allowed here.
  static constexpr bool kRaisesQuotients = true;
  static LOGITS_INLINE double lowest_element(double lowest, const Pair&) { return lowest; }

  static LOGITS_INLINE Pair split(double x) { return {x, 0}; }
  static LOGITS_INLINE Pair quotient(double x, const Pair& inverse) {
    const double high = x * inverse.high;
    if (high - high != 0) return {high, 0};
    const auto rest = V::fma(V::broadcast(x), V::broadcast(inverse.high), V::broadcast(-high));
    return {high, first_lane<V>(V::fma(V::broadcast(x), V::broadcast(inverse.low), rest))};
  }

  static constexpr Lane kLargest = 0x1.fffffffffffffp1023;
  static LOGITS_INLINE Lane infinity() { return double_of<V>(kInfinityBitsF64); }
  // The one NaN that results hold.
  static LOGITS_INLINE Lane nan() { return double_of<V>(kNanBitsF64); }

  // The largest upper and the largest lower half of all lanes.
  struct MaxExponentBits {
    uint32_t high;
    uint32_t low;
  };
  static LOGITS_INLINE MaxExponentBits max_lane(typename V::I32 max_exponent_bits) {
    uint32_t halves[16];
    V::store_bits(halves, max_exponent_bits);
    MaxExponentBits most = {0, 0};
    for (int i = 0; i < 16; i += 2) {
      most.low = halves[i] > most.low ? halves[i] : most.low;
      most.high = halves[i + 1] > most.high ? halves[i + 1] : most.high;
    }
    return most;
  }
  // Whether sums may be used whose largest z had these bits. One proper upper half everywhere makes
  // the lower ones comparable.
  static LOGITS_INLINE bool within_window(MaxExponentBits max_exponent_bits) {
    return max_exponent_bits.high == kRounderHighBits &&
           max_exponent_bits.low - (kRounderLowBits + kHeadroom - kWindowBelow) <=
               static_cast<uint32_t>(kWindowBelow + kWindowAbove);
  }
};

// c2 + r (c3 + ...): the series of (e^r - 1 - r) / r^2.
template <class V>
LOGITS_INLINE typename V::F64 exp_series(typename V::F64 r) {
  auto p = V::broadcast(kExpF64[kExpF64Terms - 1]);
  for (int k = kExpF64Terms - 2; k >= 0; --k) p = V::fma(p, r, V::broadcast(kExpF64[k]));
  return p;
}

// x = n ln 2 + r, for |x| <= 2^30.
template <class V>
struct Reduced {
  typename V::F64 r;
  typename V::F64 n;
};

template <class V>
LOGITS_INLINE typename V::F64 nearest_integer(typename V::F64 x) {
  const auto rounder = V::broadcast(0x1.8p52);
  return V::sub(V::add(x, rounder), rounder);
}

template <class V>
LOGITS_INLINE Reduced<V> reduce(typename V::F64 x) {
  const auto n = nearest_integer<V>(V::mul(x, V::broadcast(kLog2eF64)));
  const auto r = V::fma(n, V::broadcast(-kLn2HighF64), x);
  return {V::fma(n, V::broadcast(-kLn2LowF64), r), n};
}

// 2^n for integers of at most 1022 in magnitude.
template <class V>
LOGITS_INLINE typename V::F64 two_to(typename V::F64 n) {
  const auto z = V::add(n, V::broadcast(0x1.8p52));
  return V::doubles_from_bits(V::add_64(V::bits(V::broadcast(1.0)), V::shift_left_52(V::bits(z))));
}

// |x|.
template <class V>
LOGITS_INLINE typename V::F64 magnitude(typename V::F64 x) {
  return V::max(x, V::sub(V::zero(), x));
}

// e^r = 1 + r + r^2 exp_series(r).
template <class V>
LOGITS_INLINE typename V::F64 exp_reduced(typename V::F64 r) {
  const auto one = V::broadcast(1.0);
  return V::fma(V::fma(exp_series<V>(r), r, one), r, one);
}

// Up to this magnitude of x, e^x and 2^n are normal numbers.
static constexpr double kModerateExponent = 708;

// e^x for |x| <= kModerateExponent.
template <class V>
LOGITS_INLINE typename V::F64 exp_moderate(typename V::F64 x) {
  const Reduced<V> reduced = reduce<V>(x);
  return V::mul(exp_reduced<V>(reduced.r), two_to<V>(reduced.n));
}

template <class V>
LOGITS_OUTLINE typename V::F64 exp_extreme(typename V::F64 x) {
  const Reduced<V> reduced = reduce<V>(clamp<V>(x, -750, 750));
  // In two steps: 2^n alone may not be a float64.
  const auto half = nearest_integer<V>(V::mul(reduced.n, V::broadcast(0.5)));
  const auto p = V::mul(exp_reduced<V>(reduced.r), two_to<V>(half));
  return V::mul(p, two_to<V>(V::sub(reduced.n, half)));
}

// e^x, 0 and infinity where float64 ends; NaN for NaN.
//   max error: 1 ulp, one subnormal step below 2^-1022
template <class V>
LOGITS_INLINE typename V::F64 exp(typename V::F64 x) {
  const bool is_moderate = V::all(V::greater(V::broadcast(kModerateExponent), magnitude<V>(x)));
  return is_moderate ? exp_moderate<V>(x) : exp_extreme<V>(x);
}

// e^x - 1 for |x| <= 40, exact in relative terms near 0.
//   max error: 3 ulp
template <class V>
LOGITS_INLINE typename V::F64 expm1(typename V::F64 x) {
  const Reduced<V> reduced = reduce<V>(x);
  const auto r = reduced.r;
  const auto growth = V::fma(V::mul(r, r), exp_series<V>(r), r);  // e^r - 1
  const auto power = two_to<V>(reduced.n);
  return V::fma(power, growth, V::sub(power, V::broadcast(1.0)));
}

// e^x - 1 - x for |x| <= 1, exact in relative terms near 0.
//   max error: 30 ulp (where the terms cancel, near |x| = 0.35)
template <class V>
LOGITS_INLINE typename V::F64 exp_excess(typename V::F64 x) {
  const auto small = V::mul(V::mul(x, x), exp_series<V>(x));
  const auto is_small = V::greater(V::broadcast(0.3465), magnitude<V>(x));
  return V::select(is_small, small, V::sub(expm1<V>(x), x));
}

}  // namespace logits
