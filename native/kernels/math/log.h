// Natural logarithms in float64, of one number or of eight lanes. Ours, because libm's bits differ
// from one platform to the next. Plain multiplications and additions: every processor rounds them
// alike, and so do a number and a lane.
#pragma once

#include <cstdint>

#include "../../platform/force-inline.h"
#include "bits.h"
#include "coefficients.h"

namespace logits {

// The float64 vocabulary of a vector set V for a single number. Functions of this file take one of
// the two as O.
template <class V>
struct OneLane {
  using F64 = double;
  using I32 = uint64_t;

  static LOGITS_INLINE double broadcast(double x) { return x; }
  static LOGITS_INLINE double add(double a, double b) { return a + b; }
  static LOGITS_INLINE double sub(double a, double b) { return a - b; }
  static LOGITS_INLINE double mul(double a, double b) { return a * b; }
  static LOGITS_INLINE double div(double a, double b) { return a / b; }
  static LOGITS_INLINE bool greater(double a, double b) { return a > b; }
  static LOGITS_INLINE double select(bool mask, double yes, double no) { return mask ? yes : no; }
  static LOGITS_INLINE uint64_t bits(double x) { return bits_of<V>(x); }
  static LOGITS_INLINE double doubles_from_bits(uint64_t bits) { return double_of<V>(bits); }
  static LOGITS_INLINE uint64_t add_64(uint64_t a, uint64_t b) { return a + b; }
  static LOGITS_INLINE uint64_t bit_and(uint64_t a, uint64_t b) { return a & b; }
  static LOGITS_INLINE uint64_t shift_right_52(uint64_t a) { return a >> 52; }
};

// log(1 + u) for sqrt(1/2) <= 1 + u <= sqrt 2: with f = u / (2 + u) and s = f^2,
//   log(1 + u) = 2 atanh(f) = 2 f + f s P(s) = u - f (u - s P(s)),
// of which the last form rounds least. Exact in relative terms for the smallest u.
//   max error 1 ulp
template <class O>
LOGITS_INLINE typename O::F64 log_near_one(typename O::F64 u) {
  const auto f = O::div(u, O::add(O::broadcast(2.0), u));
  const auto s = O::mul(f, f);
  auto p = O::broadcast(kLog[kLogTerms - 1]);
  for (int k = kLogTerms - 2; k >= 0; --k) p = O::add(O::mul(p, s), O::broadcast(kLog[k]));
  return O::sub(u, O::mul(f, O::sub(u, O::mul(s, p))));
}

// A logarithm as two numbers. The first holds so few bits that it is exact, and so is its
// difference from a number nearby.
template <class F64>
struct SplitLog {
  F64 high;
  F64 low;
};

// x = (1 + u) 2^power with 1 + u in [sqrt 1/2, sqrt 2), for a positive normal x.
template <class O>
struct Decomposed {
  typename O::F64 u;
  typename O::F64 power;

  LOGITS_INLINE SplitLog<typename O::F64> log() const {
    return {O::mul(power, O::broadcast(kLn2HiF64)),
            O::add(O::mul(power, O::broadcast(kLn2LoF64)), log_near_one<O>(u))};
  }
};

// x 2^exponent, decomposed.
template <class O>
LOGITS_INLINE Decomposed<O> decompose(typename O::F64 x, int exponent) {
  // Adding the distance from sqrt 1/2 to 1 to the significand carries into the exponent where
  // 1 + u would be too large.
  static constexpr uint64_t kSqrtHalf = 0x3fe6a09e667f3bcd;
  static constexpr uint64_t kOne = 0x3ff0000000000000;
  static constexpr uint64_t kSignificand = 0x000fffffffffffff;
  // 2^52, whose last bits hold an integer.
  static constexpr uint64_t kInteger = 0x4330000000000000;
  const auto constant = [](uint64_t bits) { return O::bits(O::broadcast(double_of<O>(bits))); };
  const auto bits = O::add_64(O::bits(x), constant(kOne - kSqrtHalf));
  const auto e = O::doubles_from_bits(O::add_64(O::shift_right_52(bits), constant(kInteger)));
  const auto m = O::doubles_from_bits(
      O::add_64(O::bit_and(bits, constant(kSignificand)), constant(kSqrtHalf)));
  return {O::sub(m, O::broadcast(1.0)),
          O::sub(e, O::broadcast(0x1p52 + 1023.0 - static_cast<double>(exponent)))};
}

// log(x 2^exponent) for a positive normal x. The exponent of x joins the given one before anything
// is rounded, so that the result does not depend on how the value is split between the two.
//   max error of the sum 1.5 ulp
template <class O>
LOGITS_INLINE SplitLog<typename O::F64> log_scaled(typename O::F64 x, int exponent) {
  return decompose<O>(x, exponent).log();
}

static constexpr double kSqrt2Minus1 = 0.41421356237309503;

// log(1 + u) for 0 <= u <= 1.
//   max error 1.5 ulp
template <class V>
LOGITS_INLINE double log1p(double u) {
  if (u <= kSqrt2Minus1) return log_near_one<OneLane<V>>(u);
  const SplitLog<double> log = log_scaled<OneLane<V>>(1 + u, 0);
  return log.high + log.low;
}

// The same in lanes, without a look at exponents: above sqrt 2 - 1 it is ln 2 + log(1 + (u - 1) /
// 2).
//   max error 2 ulp
template <class O>
LOGITS_INLINE typename O::F64 log1p_lanes(typename O::F64 u) {
  const auto is_large = O::greater(u, O::broadcast(kSqrt2Minus1));
  const auto halved = O::mul(O::sub(u, O::broadcast(1.0)), O::broadcast(0.5));
  const auto ln2 = O::select(is_large, O::broadcast(kLn2HighF64), O::broadcast(0.0));
  return O::add(ln2, log_near_one<O>(O::select(is_large, halved, u)));
}

}  // namespace logits
