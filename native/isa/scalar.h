// The vector vocabulary in plain C++: 16 lanes are an array. It is the fallback of processors
// without AVX2 and FMA, and the reference that every other set must equal to the bit. Its loops
// hold no branch, so that a compiler may use what the baseline processor has (SSE2).
#pragma once

#include <cstdint>
#include <cstring>

#include "../kernel-table.h"
#include "../platform/force-inline.h"
#include "lift.h"

namespace logits {

// What the vocabulary does to one lane.
struct ScalarLane {
  template <class T>
  static LOGITS_INLINE T add(T a, T b) {
    return a + b;
  }
  template <class T>
  static LOGITS_INLINE T sub(T a, T b) {
    return a - b;
  }
  template <class T>
  static LOGITS_INLINE T mul(T a, T b) {
    return a * b;
  }
  static LOGITS_INLINE double div(double a, double b) { return a / b; }
  // b where it is NaN.
  template <class T>
  static LOGITS_INLINE T max(T a, T b) {
    return a > b ? a : b;
  }
  static LOGITS_INLINE uint32_t max_unsigned(uint32_t a, uint32_t b) { return max(a, b); }
  static LOGITS_INLINE uint32_t greater(float a, float b) { return a > b ? ~0u : 0u; }
  static LOGITS_INLINE uint64_t greater(double a, double b) { return a > b ? ~0ull : 0ull; }
  static LOGITS_INLINE uint32_t greater_signed(uint32_t a, uint32_t b) {
    return static_cast<int32_t>(a) > static_cast<int32_t>(b) ? ~0u : 0u;
  }
  static LOGITS_INLINE uint32_t equal(uint32_t a, uint32_t b) { return a == b ? ~0u : 0u; }
  static LOGITS_INLINE uint64_t equal(double a, double b) { return a == b ? ~0ull : 0ull; }
  static LOGITS_INLINE uint32_t bit_and(uint32_t a, uint32_t b) { return a & b; }
  static LOGITS_INLINE uint32_t bit_and_not(uint32_t a, uint32_t b) { return ~a & b; }
  static LOGITS_INLINE uint32_t select(uint32_t mask, uint32_t yes, uint32_t no) {
    return (yes & mask) | (no & ~mask);
  }
  static LOGITS_INLINE double select(uint64_t mask, double yes, double no) {
    return mask != 0 ? yes : no;
  }
  static LOGITS_INLINE uint32_t shift_left_23(uint32_t v) { return v << 23; }

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
};

struct ScalarVectors {
  template <class T>
  struct Vector {
    static constexpr int kLanes = 64 / sizeof(T);
    T lane[kLanes];

    static LOGITS_INLINE Vector load(const T* p) {
      Vector r;
      std::memcpy(r.lane, p, sizeof r.lane);
      return r;
    }
    template <class E>
    static LOGITS_INLINE Vector load(const E* p) {
      Vector r;
      for (int i = 0; i < kLanes; ++i) r.lane[i] = ScalarLane::widen(p[i]);
      return r;
    }
    static LOGITS_INLINE Vector broadcast(T x) {
      Vector r;
      for (int i = 0; i < kLanes; ++i) r.lane[i] = x;
      return r;
    }
    LOGITS_INLINE void store(T* p) const { std::memcpy(p, lane, sizeof lane); }
  };
  using F32 = Vector<float>;
  using I32 = Vector<uint32_t>;
  using F64 = Vector<double>;
  using Mask64 = Vector<uint64_t>;

#define LOGITS_LIFT(name)                                                          \
  template <class... T>                                                            \
  static LOGITS_INLINE auto name(Vector<T>... v) {                                 \
    Vector<decltype(ScalarLane::name(v.lane[0]...))> r;                            \
    for (int i = 0; i < r.kLanes; ++i) r.lane[i] = ScalarLane::name(v.lane[i]...); \
    return r;                                                                      \
  }
  LOGITS_LIFT(add)
  LOGITS_LIFT(sub)
  LOGITS_LIFT(mul)
  LOGITS_LIFT(div)
  LOGITS_LIFT(max)
  LOGITS_LIFT(max_unsigned)
  LOGITS_LIFT(greater)
  LOGITS_LIFT(greater_signed)
  LOGITS_LIFT(equal)
  LOGITS_LIFT(bit_and)
  LOGITS_LIFT(bit_and_not)
  LOGITS_LIFT(select)
  LOGITS_LIFT(shift_left_23)
#undef LOGITS_LIFT

  // The same bits in other lanes. By reference: GCC 12 keeps the copy of a value.
  template <class To, class From>
  static LOGITS_INLINE To as(const From& v) {
    To r;
    std::memcpy(r.lane, v.lane, sizeof r.lane);
    return r;
  }
  template <class T>
  static LOGITS_INLINE I32 bits(Vector<T> v) {
    return as<I32>(v);
  }
  static LOGITS_INLINE F32 from_bits(I32 v) { return as<F32>(v); }
  static LOGITS_INLINE F64 doubles_from_bits(I32 v) { return as<F64>(v); }
  static LOGITS_INLINE I32 add_64(I32 a, I32 b) {
    return as<I32>(add(as<Mask64>(a), as<Mask64>(b)));
  }
  // counts + 1 in the lanes of a mask.
  static LOGITS_INLINE I32 count(I32 counts, I32 mask) { return sub(counts, mask); }
  static LOGITS_INLINE I32 shift_left_52(I32 v) {
    auto r = as<Mask64>(v);
    for (uint64_t& x : r.lane) x <<= 52;
    return as<I32>(r);
  }
  static LOGITS_INLINE I32 shift_right_52(I32 v) {
    auto r = as<Mask64>(v);
    for (uint64_t& x : r.lane) x >>= 52;
    return as<I32>(r);
  }

  // The largest lane, where none is NaN.
  static LOGITS_INLINE float largest(F32 v) {
    float most = v.lane[0];
    for (int i = 1; i < 16; ++i) most = v.lane[i] > most ? v.lane[i] : most;
    return most;
  }
  template <class T>
  static LOGITS_INLINE bool all(Vector<T> mask) {
    T bits = static_cast<T>(~T{0});
    for (int i = 0; i < mask.kLanes; ++i) bits &= mask.lane[i];
    return bits != 0;
  }
  template <class E>
  static LOGITS_INLINE F64 load_8(const E* p) {
    return F64::load(p);
  }
  static LOGITS_INLINE void store_8(float* p, F64 v) {
    for (int i = 0; i < 8; ++i) p[i] = static_cast<float>(v.lane[i]);
  }
  static LOGITS_INLINE F32 narrow(F64 low, F64 high) {
    F32 r;
    store_8(r.lane, low);
    store_8(r.lane + 8, high);
    return r;
  }
  static LOGITS_INLINE F64 widen_low(F32 v) { return F64::load(v.lane); }
  static LOGITS_INLINE F64 widen_high(F32 v) { return F64::load(v.lane + 8); }
  static LOGITS_INLINE float widen(Float16 x) { return ScalarLane::widen(x); }
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
};

struct Scalar : Lanes<ScalarVectors> {
  static constexpr int kInterleave = 1;
  // The exponential is a thousand instructions here, and stands once.
  static constexpr bool kInlines = false;
  // Whether it has stores that pass the caches by: `stream`, `end_streams`.
  static constexpr bool kStreams = false;

  static LOGITS_INLINE void prefetch(const char*) {}

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
};

}  // namespace logits
