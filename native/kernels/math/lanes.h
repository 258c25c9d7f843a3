// Parts and sums of vectors, under one name for float32 and float64.
#pragma once

#include <cstdint>

#include "../../platform/force-inline.h"

namespace logits {

static constexpr double kLaneNumbers[8] = {0, 1, 2, 3, 4, 5, 6, 7};

// The first `count` lanes of v, and +0 in the others.
template <class V>
LOGITS_INLINE typename V::F32 keep_first(typename V::F32 v, int count) {
  return V::keep(V::first(count), v);
}
template <class V>
LOGITS_INLINE typename V::F64 keep_first(typename V::F64 v, int count) {
  const auto present = V::greater(V::broadcast(static_cast<double>(count)), V::load(kLaneNumbers));
  return V::select(present, v, V::zero());
}

// v in the lanes of a mask, +0 elsewhere.
template <class V>
LOGITS_INLINE typename V::F32 keep_where(typename V::Mask mask, typename V::F32 v) {
  return V::keep(mask, v);
}
template <class V>
LOGITS_INLINE typename V::F64 keep_where(typename V::Mask64 mask, typename V::F64 v) {
  return V::select(mask, v, V::zero());
}

// yes in the lanes of a mask, no elsewhere.
template <class V>
LOGITS_INLINE typename V::F32 select_where(typename V::Mask mask, typename V::F32 yes,
                                           typename V::F32 no) {
  return V::from_bits(V::select(mask, V::bits(yes), V::bits(no)));
}
template <class V>
LOGITS_INLINE typename V::F64 select_where(typename V::Mask64 mask, typename V::F64 yes,
                                           typename V::F64 no) {
  return V::select(mask, yes, no);
}

// v with +0 in one lane, where they are numbered from `first` on: a constant, so that
// several vectors compare theirs with one `lane`.
template <class V>
LOGITS_INLINE typename V::F32 drop_lane(typename V::F32 v, int64_t lane, uint32_t first = 0) {
  const auto numbers = V::add(V::lane_numbers(), V::broadcast_bits(first));
  return V::drop(V::equal(numbers, V::broadcast_bits(static_cast<uint32_t>(lane))), v);
}
template <class V>
LOGITS_INLINE typename V::F64 drop_lane(typename V::F64 v, int64_t lane) {
  const auto number = V::broadcast(static_cast<double>(lane));
  return V::select(V::equal(V::load(kLaneNumbers), number), V::zero(), v);
}

template <class V>
LOGITS_INLINE void store_first(float* p, typename V::F32 v, int count) {
  V::store(p, v, V::first(count));
}
template <class V>
LOGITS_INLINE void store_first(float* p, typename V::F64 v, int count) {
  V::store(p, V::narrow(v, V::zero()), V::first(count));
}
template <class V>
LOGITS_INLINE void store_first(double* p, typename V::F64 v, int count) {
  V::store(p, v, count);
}

// All of them.
template <class V>
LOGITS_INLINE void store_all(float* p, typename V::F32 v) {
  V::store(p, v);
}
template <class V, class T>
LOGITS_INLINE void store_all(T* p, typename V::F64 v) {
  V::store_8(p, v);
}

template <class V>
LOGITS_INLINE double first_lane(typename V::F64 v) {
  double lanes[8];
  V::store(lanes, v);
  return lanes[0];
}

// ((0+4) + (2+6)) + ((1+5) + (3+7)) of the lanes.
template <class V>
LOGITS_INLINE double fold_lanes(typename V::F64 v) {
  return V::total(v);
}

// The same of eight vectors.
template <class V>
LOGITS_INLINE typename V::F64 fold_vectors(const typename V::F64 (&s)[8]) {
  return V::add(V::add(V::add(s[0], s[4]), V::add(s[2], s[6])),
                V::add(V::add(s[1], s[5]), V::add(s[3], s[7])));
}

// The sum of up to four vectors in the order of a group's, those that are missing being +0.
template <class V, int Count>
LOGITS_INLINE typename V::F32 add_vectors(const typename V::F32* v) {
  if constexpr (Count == 1) return v[0];
  if constexpr (Count == 2) return V::add(v[0], v[1]);
  if constexpr (Count == 3) return V::add(V::add(v[0], v[2]), v[1]);
  if constexpr (Count == 4) return V::add(V::add(v[0], v[2]), V::add(v[1], v[3]));
}

template <class V>
LOGITS_INLINE typename V::F64 fold_group(const typename V::F32 (&y)[4]) {
  return V::fold(add_vectors<V, 4>(y));
}
template <class V>
LOGITS_INLINE typename V::F64 fold_group(const typename V::F64 (&y)[8]) {
  return fold_vectors<V>(y);
}

// x within [low, high].
template <class V>
LOGITS_INLINE typename V::F64 clamp(typename V::F64 x, double low, double high) {
  // min(x, high) as -max(-high, -x); NaN stays, as the second operand.
  const auto below = V::max(V::broadcast(-high), V::sub(V::zero(), x));
  return V::max(V::broadcast(low), V::sub(V::zero(), below));
}

static constexpr double kLargestDouble = 0x1.fffffffffffffp1023;

// coefficient * x, where a coefficient of 0 removes even what is infinite, but not NaN.
template <class V>
LOGITS_INLINE typename V::F64 times(typename V::F64 coefficient, typename V::F64 x) {
  const auto finite = clamp<V>(x, -kLargestDouble, kLargestDouble);
  return V::mul(coefficient, V::select(V::equal(coefficient, V::zero()), finite, x));
}
LOGITS_INLINE double times(double coefficient, double x) {
  return coefficient == 0 && x == x ? 0 : coefficient * x;
}

// The elements p[0], p[stride], ...: `count` of them, the first one repeated behind them.
template <class V, int Lanes, class E>
LOGITS_INLINE void gather(E (&lanes)[Lanes], const E* p, int64_t stride, int count) {
  for (int i = 0; i < Lanes; ++i) lanes[i] = p[i < count ? i * stride : 0];
}

}  // namespace logits
