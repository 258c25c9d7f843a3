// Rows that lie side by side in memory, the classes `stride` elements apart: a bundle whose vectors
// are one class of sixteen rows, a panel.
#pragma once

#include <cstdint>
#include <type_traits>

#include "../../kernel-table.h"
#include "../../platform/force-inline.h"
#include "bundle.h"
#include "elements.h"

namespace logits {

// The sixteen elements at p of the active lanes; the others are +0.
template <class V, class E>
LOGITS_INLINE typename V::F32 load_active(const E* p, typename V::Mask active,
                                          const uint32_t* is_active) {
  if constexpr (kIsFloat<E>) {
    return V::load(p, active, V::broadcast(0.0f));
  } else {
    E lanes[kPanelRows] = {};
    for (int i = 0; i < kPanelRows; ++i) {
      if (is_active[i] != 0) lanes[i] = p[i];
    }
    return V::load(static_cast<const E*>(lanes));
  }
}

template <class V, class E, bool Scaled>
struct Panels {
  using Arithmetic = Single<V>;
  using Row = StridedF32Row<V, Scaled>;
  static constexpr bool kScaled = Scaled;
  static constexpr int kRows = kStackRows;
  // Whether its elements are float32, class by class.
  static constexpr bool kIsSideBySide = std::is_same_v<E, float>;

  Batch batch;
  const E* x;  // class 0 of lane 0
  Element element;
  int64_t classes;
  int64_t stride;
  Pair inverse;
  bool full;
  uint32_t is_active[kRows];

  LOGITS_INLINE int lanes() const {
    return (batch.count + kPanelRows - 1) / kPanelRows * kPanelRows;
  }
  LOGITS_INLINE typename V::Mask active(int lane) const {
    return V::greater_signed(V::broadcast_bits(0), V::load_bits(is_active + lane));
  }
  // The elements at p, of the panel whose first lane this is.
  LOGITS_INLINE typename V::F32 load(const E* p, int lane) const {
    return full ? V::load(p) : load_active<V>(p, active(lane), is_active + lane);
  }
  LOGITS_INLINE typename V::F32 load(int64_t c, int lane) const {
    return load(x + c * stride + lane, lane);
  }
  // The active lanes, to p.
  LOGITS_INLINE void store(float* p, typename V::F32 v, int lane) const {
    full ? V::store(p, v) : V::store(p, v, active(lane));
  }
  // Where the result of class c in lane i is, from the batch's first.
  LOGITS_INLINE int64_t offset(int i, int64_t c, int64_t) const { return c * stride + i; }
  // The scratch memory, where it holds all terms, class by class.
  LOGITS_INLINE float* scratch(float* memory) const {
    return classes * lanes() <= kScratchFloats ? memory : nullptr;
  }
  LOGITS_INLINE float value(int i, int64_t c) const {
    return static_cast<float>(value_of<V>(x[c * stride + i]));
  }
  LOGITS_INLINE Row row(int i) const { return {x + i, element, stride, inverse}; }
};

// Rows side by side that are taken together: as many as scratch memory has room for the terms of.
LOGITS_INLINE int panels_rows(int64_t classes) {
  return classes <= kScratchFloats / kStackRows ? kStackRows : kPanelRows;
}

template <class V, class E, bool Scaled>
LOGITS_INLINE Panels<V, E, Scaled> make_panels(const Input& input, const Pair& inverse,
                                               const Batch& batch) {
  Panels<V, E, Scaled> panels;
  panels.batch = batch;
  panels.x = static_cast<const E*>(input.data) + offset_of(batch.first, input.layout.outer_stride);
  panels.element = input.element;
  panels.classes = input.layout.classes;
  panels.stride = input.layout.inner;
  panels.inverse = inverse;
  set_active(panels);
  return panels;
}

}  // namespace logits
