// Sums over one row whose elements are neighbours in memory, sixteen at a time.
//
// The order of additions is part of every result's definition, on all instruction sets alike:
// groups of 64 elements are added by strides 32, 16 and 8 in float32; the 8 sums that remain are
// added to 8 float64 sums, group after group; these start anew every 16384 elements (a chunk) and
// chunks are added in order; last come the 8 sums: ((0+4)+(2+6)) + ((1+5)+(3+7)).
#pragma once

#include <cstdint>

#include "../force-inline.h"
#include "../kernel-table.h"
#include "exp.h"
#include "reference.h"

namespace logits {

static constexpr int64_t kGroup = 64;
static constexpr int64_t kChunk = 16384;
// From this length on, a look at the first elements for a reference costs next to nothing.
static constexpr int64_t kLongRow = 8192;
static constexpr int64_t kProbe = 1024;

template <class V>
LOGITS_INLINE double fold_sums(const double (&s)[8]) {
  return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

// `Stored` keeps the terms in scaled[0..64).
template <class V, bool Shifted, bool Stored>
LOGITS_INLINE typename V::F64 sum_group(const float* x, const ReferenceVectors<V>& reference,
                                        typename V::I32& largest, float* scaled) {
  constexpr int kStep = 4 / V::kInterleave;
  typename V::F32 y[4];
  for (int first = 0; first < kStep; ++first) {
    typename V::F32 v[V::kInterleave];
    for (int k = 0; k < V::kInterleave; ++k) v[k] = V::load(x + 16 * (first + k * kStep));
    scaled_exp<V, Shifted>(v, reference, largest);
    for (int k = 0; k < V::kInterleave; ++k) {
      const int at = first + k * kStep;
      if constexpr (Stored) V::store(scaled + 16 * at, v[k]);
      y[at] = v[k];
    }
  }
  return V::fold(V::add(V::add(y[0], y[2]), V::add(y[1], y[3])));
}

// The same group with only `count` (1..64) elements present, or one of them excluded from the sum
// (`excluded` outside 0..63 excludes none): those terms are +0.
template <class V, bool Shifted, bool Stored>
LOGITS_INLINE typename V::F64 sum_partial_group(const float* x, int64_t count, int64_t excluded,
                                                const ReferenceVectors<V>& reference,
                                                typename V::I32& largest, float* scaled) {
  typename V::F32 y[4];
  const auto fill = V::broadcast(x[0]);  // in the row already, so that it changes no maximum
  for (int k = 0; k < 4; ++k) {
    const int64_t at = 16 * k;
    const int64_t lanes = count - at < 16 ? count - at : 16;
    if (lanes <= 0) {
      y[k] = V::broadcast(0.0f);
      continue;
    }
    const auto present = V::first(static_cast<int>(lanes));
    typename V::F32 v[1] = {V::load(x + at, present, fill)};
    scaled_exp<V, Shifted>(v, reference, largest);
    y[k] = V::keep(present, v[0]);
    if constexpr (Stored) V::store(scaled + at, v[0], present);
    if (excluded >= at && excluded < at + 16) {
      const auto lane = V::broadcast_bits(static_cast<uint32_t>(excluded - at));
      y[k] = V::drop(V::equal(V::lane_numbers(), lane), y[k]);
    }
  }
  return V::fold(V::add(V::add(y[0], y[2]), V::add(y[1], y[3])));
}

struct RawRowSum {
  double sum;
  uint32_t largest;  // see scaled_exp
};

template <class V>
LOGITS_INLINE uint32_t largest_lane(typename V::I32 v) {
  uint32_t lanes[16];
  V::store_bits(lanes, v);
  uint32_t largest = 0;
  for (int i = 0; i < 16; ++i) largest = lanes[i] > largest ? lanes[i] : largest;
  return largest;
}

// x[0..classes), `scaled` as long where Stored.
template <class V, bool Shifted, bool Stored>
inline RawRowSum sum_row_as(const float* x, int64_t classes, int64_t excluded,
                            const Reference& reference, float* scaled) {
  const ReferenceVectors<V> vectors = broadcast_reference<V>(reference);
  auto largest = V::broadcast_bits(0);
  auto total = V::zero();
  for (int64_t chunk = 0; chunk < classes; chunk += kChunk) {
    const int64_t end = classes - chunk < kChunk ? classes : chunk + kChunk;
    auto sums = V::zero();
    for (int64_t at = chunk; at < end; at += kGroup) {
      // Whole groups up to the one that is not, in a loop of their own.
      const int64_t limit = excluded >= at && excluded < end ? excluded : end;
      const int64_t whole_end = at + (limit - at) / kGroup * kGroup;
      for (; at < whole_end; at += kGroup) {
        float* terms = Stored ? scaled + at : nullptr;
        sums = V::add(sums, sum_group<V, Shifted, Stored>(x + at, vectors, largest, terms));
      }
      if (at == end) break;
      const int64_t count = end - at < kGroup ? end - at : kGroup;
      float* terms = Stored ? scaled + at : nullptr;
      sums = V::add(sums, sum_partial_group<V, Shifted, Stored>(x + at, count, excluded - at,
                                                                vectors, largest, terms));
    }
    total = V::add(total, sums);
  }
  double sums[8];
  V::store(sums, total);
  return {fold_sums<V>(sums), largest_lane<V>(largest)};
}

template <class V>
LOGITS_INLINE RawRowSum sum_row(const float* x, int64_t classes, int64_t excluded,
                                const Reference& reference, float* scaled) {
  if (reference.offset == 0) {
    return scaled ? sum_row_as<V, false, true>(x, classes, excluded, reference, scaled)
                  : sum_row_as<V, false, false>(x, classes, excluded, reference, nullptr);
  }
  return scaled ? sum_row_as<V, true, true>(x, classes, excluded, reference, scaled)
                : sum_row_as<V, true, false>(x, classes, excluded, reference, nullptr);
}

template <class V>
inline Extent extent_of_row(const float* x, int64_t classes) {
  const auto magnitude = V::broadcast_bits(kMagnitudeBits);
  auto max = V::broadcast(float_of<V>(kInfinityBits | 0x80000000));
  auto magnitudes = V::broadcast_bits(0);
  for (int64_t at = 0; at < classes; at += 16) {
    const int64_t lanes = classes - at;
    const auto v = lanes >= 16
                       ? V::load(x + at)
                       : V::load(x + at, V::first(static_cast<int>(lanes)), V::broadcast(x[at]));
    max = V::max(max, v);
    magnitudes = V::max_unsigned(magnitudes, V::bit_and(V::bits(v), magnitude));
  }
  float lanes[16];
  V::store(lanes, max);
  float largest = lanes[0];
  for (int i = 1; i < 16; ++i) largest = lanes[i] > largest ? lanes[i] : largest;
  return {largest, largest_lane<V>(magnitudes) > kInfinityBits};
}

// The largest element of a row without the one at `excluded`.
template <class V>
LOGITS_INLINE float max_of_others(const float* x, int64_t classes, int64_t excluded) {
  const float before = extent_of_row<V>(x, excluded).max;
  const float after = extent_of_row<V>(x + excluded + 1, classes - excluded - 1).max;
  return before > after ? before : after;
}

// Sums a row. `guess` is the exponent to try first; it becomes the one used, a good guess for the
// next row. `divisor` is what the sum is going to be multiplied by before it divides.
template <class V>
inline RowSum solve_row(const float* x, int64_t classes, int64_t excluded, double divisor,
                        int& guess, float* scaled) {
  const bool excludes = excluded >= 0;
  if (classes >= kLongRow) {
    const Extent probe = extent_of_row<V>(x, kProbe);
    if (kind_of<V>(probe) == RowKind::regular && reference_for<V>(probe.max).offset == 0) {
      guess = even_exponent<V>(probe.max);
    }
  }
  Reference reference = {guess, 0.0f};
  RawRowSum raw = sum_row<V>(x, classes, excluded, reference, scaled);
  double term = excludes ? scaled_exp_of<V>(x[excluded], reference) : 0.0;
  if (!within_window<V>(raw.largest) || !((raw.sum + term) * divisor <= kLargestDivisor)) {
    const Extent extent = extent_of_row<V>(x, classes);
    const RowKind kind = kind_of<V>(extent);
    if (kind != RowKind::regular) return {kind, 0, 0, reference};
    reference = reference_for<V>(extent.max);
    raw = sum_row<V>(x, classes, excluded, reference, scaled);
    term = excludes ? scaled_exp_of<V>(x[excluded], reference) : 0.0;
  }
  if (reference.offset == 0) guess = reference.exponent;
  return {RowKind::regular, raw.sum, term, reference};
}

}  // namespace logits
