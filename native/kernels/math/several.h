// Several vectors of float64 as one, so that a formula that is written for one vector has as many
// chains of operations under way as the processor needs to stay busy: a chain alone waits three or
// four cycles for each of its results.
#pragma once

#include <cstdint>

#include "../../platform/force-inline.h"

namespace logits {

// The float64 vocabulary of V for `Count` vectors at a time.
template <class V, int Count>
struct Several {
  static constexpr int kCount = Count;
  static constexpr int kLanes = 8 * Count;
  using Set = V;

  struct F64 {
    typename V::F64 part[Count];
  };
  struct I32 {
    typename V::I32 part[Count];
  };
  struct Mask64 {
    typename V::Mask64 part[Count];
  };

  // Of the first `lanes`, those that each part has: only a single part may have less than eight.
  static LOGITS_INLINE int in_part(int lanes) { return Count == 1 ? lanes : 8; }

  // of(i) for each part of a result.
  template <class Result, class Of>
  static LOGITS_INLINE Result each(Of of) {
    Result result;
    for (int i = 0; i < Count; ++i) result.part[i] = of(i);
    return result;
  }

  static LOGITS_INLINE F64 same(typename V::F64 v) {
    return each<F64>([&](int) { return v; });
  }
  static LOGITS_INLINE F64 load(const double* p) {
    return each<F64>([&](int i) { return V::load(p + 8 * i); });
  }
  static LOGITS_INLINE void store(double* p, F64 v) {
    for (int i = 0; i < Count; ++i) V::store(p + 8 * i, v.part[i]);
  }
  static LOGITS_INLINE F64 zero() { return same(V::zero()); }
  static LOGITS_INLINE F64 broadcast(double x) { return same(V::broadcast(x)); }
  static LOGITS_INLINE F64 add(F64 a, F64 b) {
    return each<F64>([&](int i) { return V::add(a.part[i], b.part[i]); });
  }
  static LOGITS_INLINE F64 sub(F64 a, F64 b) {
    return each<F64>([&](int i) { return V::sub(a.part[i], b.part[i]); });
  }
  static LOGITS_INLINE F64 mul(F64 a, F64 b) {
    return each<F64>([&](int i) { return V::mul(a.part[i], b.part[i]); });
  }
  static LOGITS_INLINE F64 div(F64 a, F64 b) {
    return each<F64>([&](int i) { return V::div(a.part[i], b.part[i]); });
  }
  static LOGITS_INLINE F64 fma(F64 a, F64 b, F64 c) {
    return each<F64>([&](int i) { return V::fma(a.part[i], b.part[i], c.part[i]); });
  }
  static LOGITS_INLINE F64 max(F64 a, F64 b) {
    return each<F64>([&](int i) { return V::max(a.part[i], b.part[i]); });
  }
  static LOGITS_INLINE Mask64 greater(F64 a, F64 b) {
    return each<Mask64>([&](int i) { return V::greater(a.part[i], b.part[i]); });
  }
  static LOGITS_INLINE Mask64 equal(F64 a, F64 b) {
    return each<Mask64>([&](int i) { return V::equal(a.part[i], b.part[i]); });
  }
  static LOGITS_INLINE bool all(Mask64 mask) {
    bool result = true;
    for (int i = 0; i < Count; ++i) result = V::all(mask.part[i]) && result;
    return result;
  }
  static LOGITS_INLINE F64 select(Mask64 mask, F64 yes, F64 no) {
    return each<F64>([&](int i) { return V::select(mask.part[i], yes.part[i], no.part[i]); });
  }
  static LOGITS_INLINE I32 bits(F64 v) {
    return each<I32>([&](int i) { return V::bits(v.part[i]); });
  }
  static LOGITS_INLINE F64 doubles_from_bits(I32 v) {
    return each<F64>([&](int i) { return V::doubles_from_bits(v.part[i]); });
  }
  static LOGITS_INLINE I32 add_64(I32 a, I32 b) {
    return each<I32>([&](int i) { return V::add_64(a.part[i], b.part[i]); });
  }
  static LOGITS_INLINE I32 shift_left_52(I32 v) {
    return each<I32>([&](int i) { return V::shift_left_52(v.part[i]); });
  }
};

}  // namespace logits
