// Floats as bits, and the few constants that are bit patterns.
#pragma once

#include <cstdint>
#include <cstring>

#include "../../platform/force-inline.h"

namespace logits {

// V keys the functions to one instruction set: see ../README.md, "Nothing is shared".
template <class V, class To, class From>
LOGITS_INLINE To same_bits(From from) {
  static_assert(sizeof(To) == sizeof(From), "");
  To to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}

template <class V>
LOGITS_INLINE uint32_t bits_of(float x) {
  return same_bits<V, uint32_t>(x);
}
template <class V>
LOGITS_INLINE uint64_t bits_of(double x) {
  return same_bits<V, uint64_t>(x);
}
template <class V>
LOGITS_INLINE float float_of(uint32_t bits) {
  return same_bits<V, float>(bits);
}
template <class V>
LOGITS_INLINE double double_of(uint64_t bits) {
  return same_bits<V, double>(bits);
}

// The number after x, which is not +inf.
template <class V, class Lane>
LOGITS_INLINE Lane next_above(Lane x) {
  const auto bits = bits_of<V>(x);
  return same_bits<V, Lane>(x == 0 ? decltype(bits){1} : x > 0 ? bits + 1 : bits - 1);
}

// x as a float, as a compiler cannot overlook: GCC 12 takes double -> float -> double for nothing
// where it vectorises two of them side by side.
template <class V>
LOGITS_INLINE float rounded_to_float(double x) {
  float rounded = static_cast<float>(x);
#if defined(__GNUC__)
  __asm__("" : "+m"(rounded));
#endif
  return rounded;
}

// The one NaN that results hold. What arithmetic makes differs: x86 sets its sign, Arm does not.
static constexpr uint32_t kNanBits = 0x7fc00000;
static constexpr uint64_t kNanBitsF64 = 0x7ff8000000000000;
static constexpr uint32_t kInfinityBits = 0x7f800000;
static constexpr uint64_t kInfinityBitsF64 = 0x7ff0000000000000;
static constexpr uint32_t kMagnitudeBits = 0x7fffffff;
static constexpr uint64_t kSignBitF64 = 0x8000000000000000;

// 2^exponent for -1022 <= exponent <= 1023.
template <class V>
LOGITS_INLINE double power_of_two(int exponent) {
  return double_of<V>(static_cast<uint64_t>(exponent + 1023) << 52);
}

// The exponent of x >= 2^-1022: floor(log2 x).
template <class V>
LOGITS_INLINE int exponent_of(double x) {
  return static_cast<int>(bits_of<V>(x) >> 52) - 1023;
}

}  // namespace logits
