// The vector vocabulary in plain C++: 16 lanes are an array. It is the fallback of processors
// without AVX2 and FMA, and the reference that every other set must equal to the bit. Its loops
// hold no branch, so that a compiler may use what the baseline processor has (SSE2).
#pragma once

#include <cstdint>
#include <cstring>

#include "../kernel-table.h"
#include "../platform/force-inline.h"

namespace logits {

struct Scalar {
  static constexpr int kInterleave = 1;
  // The exponential is a thousand instructions here, and stands once.
  static constexpr bool kInlines = false;
  // Nor has each kind of rows loops of its own: half of the code, for at most a third more time.
  static constexpr bool kSpecialises = false;
  // Whether it has stores that pass the caches by: `stream`, `end_streams`.
  static constexpr bool kStreams = false;

  struct F32 {
    float lane[16];
  };
  struct I32 {
    uint32_t lane[16];
  };
  struct F64 {
    double lane[8];
  };
  using Mask = I32;  // all bits of a lane set, or none
  struct Mask64 {
    uint64_t lane[8];
  };

  // Memory

  static LOGITS_INLINE void prefetch(const char*) {}

  static LOGITS_INLINE F32 load(const float* p) {
    F32 r;
    std::memcpy(r.lane, p, sizeof r.lane);
    return r;
  }
  static LOGITS_INLINE F32 load(const float* p, Mask mask, F32 fill) {
    for (int i = 0; i < 16; ++i) {
      if (mask.lane[i] != 0) fill.lane[i] = p[i];
    }
    return fill;
  }
  static LOGITS_INLINE F32 load(const Float16* p) {
    F32 r;
    for (int i = 0; i < 16; ++i) r.lane[i] = widen(p[i]);
    return r;
  }
  static LOGITS_INLINE F32 load(const BFloat16* p) {
    F32 r;
    for (int i = 0; i < 16; ++i) r.lane[i] = widen(p[i]);
    return r;
  }
  // `count` elements, one of them repeated in the other lanes.
  template <class E>
  static LOGITS_INLINE F32 load_first(const E* p, int count) {
    E lanes[16];
    for (int i = 0; i < 16; ++i) lanes[i] = p[i < count ? i : 0];
    return load(static_cast<const E*>(lanes));
  }
  static LOGITS_INLINE void store(float* p, F32 v) { std::memcpy(p, v.lane, sizeof v.lane); }
  static LOGITS_INLINE void store(float* p, F32 v, Mask mask) {
    for (int i = 0; i < 16; ++i) {
      if (mask.lane[i] != 0) p[i] = v.lane[i];
    }
  }
  static LOGITS_INLINE I32 load_bits(const uint32_t* p) {
    I32 r;
    std::memcpy(r.lane, p, sizeof r.lane);
    return r;
  }
  static LOGITS_INLINE void store_bits(uint32_t* p, I32 v) {
    std::memcpy(p, v.lane, sizeof v.lane);
  }

  // Arithmetic

  static LOGITS_INLINE F32 broadcast(float x) {
    F32 r;
    for (int i = 0; i < 16; ++i) r.lane[i] = x;
    return r;
  }
  static LOGITS_INLINE F32 add(F32 a, F32 b) {
    for (int i = 0; i < 16; ++i) a.lane[i] += b.lane[i];
    return a;
  }
  static LOGITS_INLINE F32 sub(F32 a, F32 b) {
    for (int i = 0; i < 16; ++i) a.lane[i] -= b.lane[i];
    return a;
  }
  static LOGITS_INLINE F32 mul(F32 a, F32 b) {
    for (int i = 0; i < 16; ++i) a.lane[i] *= b.lane[i];
    return a;
  }

  // A fused multiply-add without the instruction. The product of two floats is exact in double, so
  // the double sum is rounded once; rounding it again to float is wrong only where that sum lies
  // exactly on a midpoint of two floats (low 29 bits 1000...), or where the result is subnormal and
  // its midpoints are elsewhere. Those lanes go through round_to_odd.
  static LOGITS_OUTLINE F32 fma(F32 a, F32 b, F32 c) {
    F32 r;
    uint64_t doubtful = 0;
    for (int i = 0; i < 16; ++i) {
      const double sum = static_cast<double>(a.lane[i]) * b.lane[i] + c.lane[i];
      uint64_t bits;
      std::memcpy(&bits, &sum, sizeof bits);
      const uint64_t to_midpoint = (bits ^ 0x10000000) & 0x1fffffff;
      const uint64_t magnitude = bits & 0x7fffffffffffffff;
      doubtful |= (to_midpoint - 1) | (magnitude - 0x3810000000000000);  // 2^-126
      r.lane[i] = static_cast<float>(sum);
    }
    if ((doubtful >> 63) != 0) {
      for (int i = 0; i < 16; ++i) {
        r.lane[i] =
            static_cast<float>(round_to_odd(static_cast<double>(a.lane[i]) * b.lane[i], c.lane[i]));
      }
    }
    return r;
  }

  // a + b, inexact sums moved to the neighbour with an odd last bit: a later rounding to fewer
  // bits is then the rounding of the exact sum (Boldo and Melquiond, "Emulation of FMA and
  // correctly rounded sums: proved algorithms using rounding to odd", IEEE Trans. Comput. 2008).
  static LOGITS_INLINE double round_to_odd(double a, double b) {
    const double sum = a + b;
    const double b_part = sum - a;
    const double error = (a - (sum - b_part)) + (b - b_part);
    uint64_t bits;
    std::memcpy(&bits, &sum, sizeof bits);
    // NaN and infinite sums have a NaN error here, which compares unequal to itself.
    if (error == 0 || error != error || (bits & 1) != 0) return sum;
    bits += ((error > 0) == (sum > 0)) ? 1 : static_cast<uint64_t>(-1);
    double odd;
    std::memcpy(&odd, &bits, sizeof odd);
    return odd;
  }

  // b where a lane of b is NaN.
  static LOGITS_INLINE F32 max(F32 a, F32 b) {
    for (int i = 0; i < 16; ++i) a.lane[i] = a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i];
    return a;
  }
  // The largest lane, where none is NaN.
  static LOGITS_INLINE float largest(F32 v) {
    float most = v.lane[0];
    for (int i = 1; i < 16; ++i) most = v.lane[i] > most ? v.lane[i] : most;
    return most;
  }
  static LOGITS_INLINE Mask greater(F32 a, F32 b) {
    Mask mask;
    for (int i = 0; i < 16; ++i) mask.lane[i] = a.lane[i] > b.lane[i] ? ~0u : 0u;
    return mask;
  }

  // Bits

  static LOGITS_INLINE I32 bits(F32 v) {
    I32 r;
    std::memcpy(r.lane, v.lane, sizeof r.lane);
    return r;
  }
  static LOGITS_INLINE F32 from_bits(I32 v) {
    F32 r;
    std::memcpy(r.lane, v.lane, sizeof r.lane);
    return r;
  }
  static LOGITS_INLINE I32 broadcast_bits(uint32_t x) {
    I32 r;
    for (int i = 0; i < 16; ++i) r.lane[i] = x;
    return r;
  }
  static LOGITS_INLINE I32 add(I32 a, I32 b) {
    for (int i = 0; i < 16; ++i) a.lane[i] += b.lane[i];
    return a;
  }
  static LOGITS_INLINE I32 shift_left_23(I32 v) {
    for (int i = 0; i < 16; ++i) v.lane[i] <<= 23;
    return v;
  }
  static LOGITS_INLINE I32 bit_and(I32 a, I32 b) {
    for (int i = 0; i < 16; ++i) a.lane[i] &= b.lane[i];
    return a;
  }
  static LOGITS_INLINE I32 max_unsigned(I32 a, I32 b) {
    for (int i = 0; i < 16; ++i) a.lane[i] = a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i];
    return a;
  }
  static LOGITS_INLINE Mask greater_signed(I32 a, I32 b) {
    for (int i = 0; i < 16; ++i) {
      a.lane[i] = static_cast<int32_t>(a.lane[i]) > static_cast<int32_t>(b.lane[i]) ? ~0u : 0u;
    }
    return a;
  }
  static LOGITS_INLINE Mask equal(I32 a, I32 b) {
    for (int i = 0; i < 16; ++i) a.lane[i] = a.lane[i] == b.lane[i] ? ~0u : 0u;
    return a;
  }

  // Masks

  static LOGITS_INLINE I32 lane_numbers() {
    I32 r;
    for (int i = 0; i < 16; ++i) r.lane[i] = static_cast<uint32_t>(i);
    return r;
  }
  static LOGITS_INLINE Mask first(int count) {
    return greater_signed(broadcast_bits(static_cast<uint32_t>(count)), lane_numbers());
  }
  static LOGITS_INLINE bool all(Mask mask) {
    uint32_t bits = ~0u;
    for (int i = 0; i < 16; ++i) bits &= mask.lane[i];
    return bits != 0;
  }
  // The lanes that are not set, as bits.
  static LOGITS_INLINE uint32_t unset(Mask mask) {
    uint32_t lanes[16];
    store_bits(lanes, mask);
    uint32_t bits = 0;
    for (int i = 0; i < 16; ++i) bits |= lanes[i] == 0 ? uint32_t{1} << i : 0;
    return bits;
  }
  // counts + 1 in the lanes of a mask.
  static LOGITS_INLINE I32 count(I32 counts, Mask mask) {
    for (int i = 0; i < 16; ++i) counts.lane[i] -= mask.lane[i];
    return counts;
  }
  static LOGITS_INLINE F32 keep(Mask mask, F32 v) { return from_bits(bit_and(mask, bits(v))); }
  static LOGITS_INLINE F32 drop(Mask mask, F32 v) {
    for (int i = 0; i < 16; ++i) mask.lane[i] = ~mask.lane[i];
    return keep(mask, v);
  }
  static LOGITS_INLINE I32 select(Mask mask, I32 yes, I32 no) {
    for (int i = 0; i < 16; ++i) {
      yes.lane[i] = (yes.lane[i] & mask.lane[i]) | (no.lane[i] & ~mask.lane[i]);
    }
    return yes;
  }

  // Eight lanes of float64

  static LOGITS_INLINE F64 zero() { return F64{}; }
  static LOGITS_INLINE F64 broadcast(double x) {
    F64 r;
    for (int i = 0; i < 8; ++i) r.lane[i] = x;
    return r;
  }
  static LOGITS_INLINE F64 add(F64 a, F64 b) {
    for (int i = 0; i < 8; ++i) a.lane[i] += b.lane[i];
    return a;
  }
  static LOGITS_INLINE F64 sub(F64 a, F64 b) {
    for (int i = 0; i < 8; ++i) a.lane[i] -= b.lane[i];
    return a;
  }
  static LOGITS_INLINE F64 mul(F64 a, F64 b) {
    for (int i = 0; i < 8; ++i) a.lane[i] *= b.lane[i];
    return a;
  }
  static LOGITS_INLINE F64 div(F64 a, F64 b) {
    for (int i = 0; i < 8; ++i) a.lane[i] /= b.lane[i];
    return a;
  }

  // A fused multiply-add without the instruction: the product as an exact sum of two float64
  // (Dekker), then the sum of the three with one rounding, by rounding the lesser part to odd
  // (Boldo and Melquiond, section IV). Exact unless the error of the product lies below the
  // smallest float64, which no operand of the kernels lets anyone see.
  static LOGITS_OUTLINE F64 fma(F64 a, F64 b, F64 c) {
    for (int i = 0; i < 8; ++i) {
      const double product = a.lane[i] * b.lane[i];
      const double error = product_error(a.lane[i], b.lane[i], product);
      const double low = c.lane[i] + error;
      const double low_part = low - c.lane[i];
      const double low_error = (c.lane[i] - (low - low_part)) + (error - low_part);
      const double sum = product + low;
      const double sum_part = sum - product;
      const double sum_error = (product - (sum - sum_part)) + (low - sum_part);
      const double fused = sum + round_to_odd(sum_error, low_error);
      // Infinite and NaN operands: there the corrections are NaN and the plain sum is right.
      const double plain = product + c.lane[i];
      a.lane[i] = plain - plain == 0 ? fused : plain;
    }
    return a;
  }
  // a b - product, exactly.
  static LOGITS_INLINE double product_error(double a, double b, double product) {
    const double a_high = upper_half(a);
    const double b_high = upper_half(b);
    const double a_low = a - a_high;
    const double b_low = b - b_high;
    return ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
  }
  // a rounded to 26 bits, so that what is left over has 26 bits too. (The very largest are cut off:
  // rounded they would be infinite.)
  static LOGITS_INLINE double upper_half(double a) {
    uint64_t bits;
    std::memcpy(&bits, &a, sizeof bits);
    const bool is_largest = (bits & 0x7fffffffffffffff) >= 0x7feffffffc000000;
    bits = (bits + (is_largest ? 0 : 1ull << 26)) & ~((1ull << 27) - 1);
    double half;
    std::memcpy(&half, &bits, sizeof half);
    return half;
  }

  // b where a lane of b is NaN.
  static LOGITS_INLINE F64 max(F64 a, F64 b) {
    for (int i = 0; i < 8; ++i) a.lane[i] = a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i];
    return a;
  }
  static LOGITS_INLINE Mask64 greater(F64 a, F64 b) {
    Mask64 mask;
    for (int i = 0; i < 8; ++i) mask.lane[i] = a.lane[i] > b.lane[i] ? ~0ull : 0ull;
    return mask;
  }
  static LOGITS_INLINE Mask64 equal(F64 a, F64 b) {
    Mask64 mask;
    for (int i = 0; i < 8; ++i) mask.lane[i] = a.lane[i] == b.lane[i] ? ~0ull : 0ull;
    return mask;
  }
  static LOGITS_INLINE bool all(Mask64 mask) {
    uint64_t bits = ~0ull;
    for (int i = 0; i < 8; ++i) bits &= mask.lane[i];
    return bits != 0;
  }
  static LOGITS_INLINE uint32_t unset(Mask64 mask) {
    uint32_t bits = 0;
    for (int i = 0; i < 8; ++i) bits |= mask.lane[i] == 0 ? uint32_t{1} << i : 0;
    return bits;
  }
  static LOGITS_INLINE F64 select(Mask64 mask, F64 yes, F64 no) {
    for (int i = 0; i < 8; ++i) yes.lane[i] = mask.lane[i] != 0 ? yes.lane[i] : no.lane[i];
    return yes;
  }
  static LOGITS_INLINE I32 bits(F64 v) {
    I32 r;
    std::memcpy(r.lane, v.lane, sizeof r.lane);
    return r;
  }
  static LOGITS_INLINE F64 doubles_from_bits(I32 v) {
    F64 r;
    std::memcpy(r.lane, v.lane, sizeof r.lane);
    return r;
  }
  static LOGITS_INLINE I32 add_64(I32 a, I32 b) {
    uint64_t x[8];
    uint64_t y[8];
    std::memcpy(x, a.lane, sizeof x);
    std::memcpy(y, b.lane, sizeof y);
    for (int i = 0; i < 8; ++i) x[i] += y[i];
    std::memcpy(a.lane, x, sizeof x);
    return a;
  }
  static LOGITS_INLINE I32 shift_left_52(I32 v) {
    uint64_t x[8];
    std::memcpy(x, v.lane, sizeof x);
    for (int i = 0; i < 8; ++i) x[i] <<= 52;
    std::memcpy(v.lane, x, sizeof x);
    return v;
  }
  static LOGITS_INLINE I32 shift_right_52(I32 v) {
    uint64_t x[8];
    std::memcpy(x, v.lane, sizeof x);
    for (int i = 0; i < 8; ++i) x[i] >>= 52;
    std::memcpy(v.lane, x, sizeof x);
    return v;
  }
  static LOGITS_INLINE F64 load_8(const double* p) { return load(p); }
  template <class E>
  static LOGITS_INLINE F64 load_8(const E* p) {
    F64 r;
    for (int i = 0; i < 8; ++i) r.lane[i] = static_cast<double>(widen(p[i]));
    return r;
  }
  static LOGITS_INLINE F64 load(const double* p) {
    F64 r;
    std::memcpy(r.lane, p, sizeof r.lane);
    return r;
  }
  // The first `count` lanes; the others repeat the first.
  static LOGITS_INLINE F64 load(const double* p, int count) {
    F64 r;
    for (int i = 0; i < 8; ++i) r.lane[i] = p[i < count ? i : 0];
    return r;
  }
  static LOGITS_INLINE void store(double* p, F64 v, int count) {
    for (int i = 0; i < count; ++i) p[i] = v.lane[i];
  }
  static LOGITS_INLINE void store(double* p, F64 v) { std::memcpy(p, v.lane, sizeof v.lane); }
  static LOGITS_INLINE void store_8(double* p, F64 v) { store(p, v); }
  static LOGITS_INLINE void store_8(float* p, F64 v) {
    for (int i = 0; i < 8; ++i) p[i] = static_cast<float>(v.lane[i]);
  }
  static LOGITS_INLINE F32 narrow(F64 low, F64 high) {
    F32 r;
    store_8(r.lane, low);
    store_8(r.lane + 8, high);
    return r;
  }
  static LOGITS_INLINE float widen(float x) { return x; }
  static LOGITS_INLINE float widen(BFloat16 x) {
    const uint32_t bits = static_cast<uint32_t>(x.bits) << 16;
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }
  // Exponent and significand move to a float32's places; 2^112 makes up for the two biases (and
  // normalises subnormals, exactly). The highest exponent stands for infinities and NaN.
  static LOGITS_INLINE float widen(Float16 x) {
    const uint32_t magnitude = x.bits & 0x7fffu;
    uint32_t bits = magnitude << 13;
    float value;
    std::memcpy(&value, &bits, sizeof value);
    value *= 0x1p112f;
    std::memcpy(&bits, &value, sizeof bits);
    bits |= magnitude >= 0x7c00u ? 0x7f800000u : 0u;
    bits |= (x.bits & 0x8000u) << 16;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }
  static LOGITS_INLINE F64 fold(F32 v) {
    F64 r;
    for (int i = 0; i < 8; ++i) r.lane[i] = static_cast<double>(v.lane[i] + v.lane[i + 8]);
    return r;
  }
  // ((0+4) + (2+6)) + ((1+5) + (3+7)).
  static LOGITS_INLINE double total(F64 v) {
    const double* s = v.lane;
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
  }
  // Lane i is total(v[i]).
  static LOGITS_INLINE F64 totals(const F64 (&v)[8]) {
    double lanes[8];
    for (int i = 0; i < 8; ++i) lanes[i] = total(v[i]);
    return load(static_cast<const double*>(lanes));
  }
  static LOGITS_INLINE F64 widen_low(F32 v) {
    F64 r;
    for (int i = 0; i < 8; ++i) r.lane[i] = static_cast<double>(v.lane[i]);
    return r;
  }
  static LOGITS_INLINE F64 widen_high(F32 v) {
    F64 r;
    for (int i = 0; i < 8; ++i) r.lane[i] = static_cast<double>(v.lane[i + 8]);
    return r;
  }
};

}  // namespace logits
