// Natural logarithms in float64, once a row. Ours, because libm's bits differ from one platform to
// the next. Plain multiplications and additions: every processor rounds them alike.
#pragma once

#include <cstdint>

#include "../force-inline.h"
#include "bits.h"
#include "coefficients.h"

namespace logits {

// log(1 + u) for sqrt(1/2) <= 1 + u <= sqrt 2: with f = u / (2 + u) and s = f^2,
//   log(1 + u) = 2 atanh(f) = 2 f + f s P(s) = u - f (u - s P(s)),
// of which the last form rounds least. Exact in relative terms for the smallest u.
//   max error 1 ulp
template <class V>
LOGITS_INLINE double log_near_one(double u) {
  const double f = u / (2 + u);
  const double s = f * f;
  double p = kLog[kLogTerms - 1];
  for (int k = kLogTerms - 2; k >= 0; --k) p = p * s + kLog[k];
  return u - f * (u - s * p);
}

// A logarithm as two numbers. The first holds so few bits that it is exact, and so is its
// difference from a number nearby.
struct SplitLog {
  double high;
  double low;

  LOGITS_INLINE double sum() const { return high + low; }
};

// log(x 2^exponent) for a positive normal x. The exponent of x joins the given one before anything
// is rounded, so that the result does not depend on how the value is split between the two.
//   max error of the sum 1.5 ulp
template <class V>
LOGITS_INLINE SplitLog log_scaled(double x, int exponent) {
  // x = m 2^e with m in [sqrt 1/2, sqrt 2): adding the distance from sqrt 1/2 to 1 to the
  // significand carries into the exponent where m would be too large.
  static constexpr uint64_t kSqrtHalf = 0x3fe6a09e667f3bcd;
  static constexpr uint64_t kOne = 0x3ff0000000000000;
  const uint64_t bits = bits_of<V>(x) + (kOne - kSqrtHalf);
  const int e = static_cast<int>(bits >> 52) - 1023;
  const double m = double_of<V>((bits & 0x000fffffffffffff) + kSqrtHalf);
  const double power = static_cast<double>(e + exponent);
  const double log_m = log_near_one<V>(m - 1);
  return {power * kLn2HiF64, power * kLn2LoF64 + log_m};
}

static constexpr double kSqrt2Minus1 = 0.41421356237309503;

// log(1 + u) for 0 <= u <= 1.
//   max error 1.5 ulp
template <class V>
LOGITS_INLINE double log1p(double u) {
  if (u <= kSqrt2Minus1) return log_near_one<V>(u);
  return log_scaled<V>(1 + u, 0).sum();
}

}  // namespace logits
