// Loops over a row in float64 lanes, several vectors at a time, and the sums of what they compute.
#pragma once

#include <cstdint>

#include "../../platform/force-inline.h"
#include "../math/several.h"
#include "row.h"

namespace logits {

// The elements of a row from `at` on, as load(at, count) of a row.
template <class S, class R>
LOGITS_INLINE typename S::F64 load_lanes(const R& row, int64_t at, int lanes) {
  return S::template each<typename S::F64>(
      [&](int i) { return row.load(at + 8 * i, S::in_part(lanes)); });
}

// on_lanes(set, at, lanes) for a row's elements: as many vectors at a time as keep the processor
// busy, `set` being their vocabulary, then one by one.
template <class V, int Count = V::kInterleave, class OnLanes>
LOGITS_INLINE void for_each_lanes(int64_t classes, OnLanes on_lanes) {
  using Many = Several<V, Count>;
  using One = Several<V, 1>;
  int64_t at = 0;
  for (; at + Many::kLanes <= classes; at += Many::kLanes) on_lanes(Many(), at, Many::kLanes);
  for (; at < classes; at += One::kLanes) {
    const int64_t left = classes - at;
    on_lanes(One(), at, left < One::kLanes ? static_cast<int>(left) : One::kLanes);
  }
}

// Adds the first `lanes` of v, vector by vector.
template <class S, class Sums>
LOGITS_INLINE void add_lanes(Sums& sums, typename S::F64 v, int lanes) {
  using V = typename S::Set;
  for (int i = 0; i < S::kCount; ++i) {
    const int count = S::in_part(lanes);
    sums.add(count == 8 ? v.part[i] : keep_first<V>(v.part[i], count));
  }
}

// store(at, v, count) of a sink, vector by vector.
template <class S, class Results>
LOGITS_INLINE void store_lanes(const Results& out, int64_t at, typename S::F64 v, int lanes) {
  for (int i = 0; i < S::kCount; ++i) {
    out.store(at + 8 * i, v.part[i], S::in_part(lanes));
  }
}

// compute(set, at, lanes) for a whole row, added.
template <class V, class Sums = GroupSums<Double<V>>, int Count = V::kInterleave, class Compute>
LOGITS_INLINE double sum_over_row(int64_t classes, Compute compute) {
  Sums sums;
  for_each_lanes<V, Count>(classes, [&](auto set, int64_t at, int lanes) LOGITS_INLINED {
    add_lanes<decltype(set)>(sums, compute(set, at, lanes), lanes);
  });
  return sums.total();
}

}  // namespace logits
