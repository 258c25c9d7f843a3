// Sums of float64 numbers without any rounding: an integer in units of 2^exactSum::lowestBit, wide
// enough for every sum of float64 numbers and of their squares. Additions of integers have no
// order, so that neither the order of the rows nor the way they were split up can be seen in a sum.
//
// The integer is an array of digits of 32 bits, the lowest first, each in 64 bits: digits take up
// carries without passing them on. (Kulisch and Miranker, "The arithmetic of the digital computer:
// a new approach", SIAM Review 28, 1986, has the idea of the wide accumulator.)
#pragma once

#include <cstdint>
#include <cstring>

#include "../boundary.h"

namespace logits {

class ExactSum {
 public:
  // From the square of the smallest number, 2^-2148, to that of the largest, below 2^2048, and 2^60
  // of these.
  static_assert(exactSum::lowestBit <= 2 * -1074 &&
                exactSum::lowestBit + 32 * exactSum::digits >= 2 * 1024 + 60);
  // So many additions leave every digit below 2^63.
  static constexpr int64_t kMostAdditions = int64_t{1} << 28;

  explicit ExactSum(int64_t* digits) : digits_(digits) {}

  // x, finite and not negative.
  void add(double x) {
    const Parts parts = parts_of(x);
    add_bits(parts.mantissa, parts.exponent);
  }

  // x * x.
  void add_square(double x) {
    const Parts parts = parts_of(x);
    const uint64_t high = parts.mantissa >> 32;
    const uint64_t low = parts.mantissa & kDigitMask;
    const int exponent = 2 * parts.exponent;
    add_bits(low * low, exponent);
    add_bits(2 * (high * low), exponent + 32);
    add_bits(high * high, exponent + 64);
  }

  // Passes the carries on: afterwards digits are below 2^32.
  void carry() {
    int64_t carried = 0;
    for (int i = 0; i < exactSum::digits; ++i) {
      const int64_t digit = digits_[i] + carried;
      carried = digit >> 32;
      digits_[i] = digit & kDigitMask;
    }
  }

 private:
  static constexpr int64_t kDigitMask = 0xffffffff;

  // x = mantissa * 2^exponent
  struct Parts {
    uint64_t mantissa;
    int exponent;
  };

  static Parts parts_of(double x) {
    uint64_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    const int biased = static_cast<int>(bits >> 52 & 0x7ff);
    const uint64_t fraction = bits & ((uint64_t{1} << 52) - 1);
    if (biased == 0) return {fraction, -1074};
    return {fraction | uint64_t{1} << 52, biased - 1075};
  }

  void add_bits(uint64_t value, int exponent) {
    const int bit = exponent - exactSum::lowestBit;
    const int shift = bit % 32;
    const uint64_t low = (value & kDigitMask) << shift;
    const uint64_t high = (value >> 32) << shift;
    int64_t* const digit = digits_ + bit / 32;
    digit[0] += static_cast<int64_t>(low & kDigitMask);
    digit[1] += static_cast<int64_t>((low >> 32) + (high & kDigitMask));
    digit[2] += static_cast<int64_t>(high >> 32);
  }

  int64_t* digits_;
};

}  // namespace logits
