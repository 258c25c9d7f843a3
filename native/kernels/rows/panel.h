// Rows that lie side by side in memory, the classes `stride` elements apart. A panel is sixteen of
// them: one vector holds one class of all. Panels are a bundle of up to four.
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

// Where a panel lies, and which of its lanes are rows that may be read.
template <class V, class E, bool Scaled>
struct Panel {
  using Arithmetic = Single<V>;
  static constexpr bool kScaled = Scaled;

  const E* x;  // class 0 of lane 0
  Element element;
  int64_t classes;
  int64_t stride;
  Pair inverse;
  bool full;                  // all lanes are active
  const uint32_t* is_active;  // of each lane
  typename V::Mask active;

  LOGITS_INLINE typename V::F32 load(int64_t c) const {
    const E* p = x + c * stride;
    return full ? V::load(p) : load_active<V>(p, active, is_active);
  }
  // Asks for what is read kAhead vectors after classes c .. c + count - 1, in this panel or in its
  // neighbour: the classes of a row are too far apart for the processor to see the sequence.
  LOGITS_INLINE void prefetch(int64_t c, int count) const {
    static constexpr int64_t kAhead = 32;
    const int64_t ahead = c + kAhead;
    const E* p = ahead < classes ? x + ahead * stride : x + (ahead - classes) * stride + kPanelRows;
    for (int k = 0; k < count; ++k, p += stride) V::prefetch(reinterpret_cast<const char*>(p));
  }
  LOGITS_INLINE StridedF32Row<V, Scaled> row(int lane) const {
    return {x + lane, element, stride, inverse};
  }
};

// Floats of terms that a bundle of panels may have, within the smallest L1 cache, so long as it is
// more than one panel.
static constexpr int64_t kPanelsFloats = 4096;

template <class V, class E, bool Scaled>
struct Panels {
  using Arithmetic = Single<V>;
  using Row = StridedF32Row<V, Scaled>;
  static constexpr bool kScaled = Scaled;
  static constexpr int kRows = 4 * kPanelRows;
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
  // The panel whose first lane this is.
  LOGITS_INLINE Panel<V, E, Scaled> panel(int lane) const {
    Panel<V, E, Scaled> panel = {x + lane, element, classes,          stride,
                                 inverse,  full,    is_active + lane, V::first(0)};
    if (full) return panel;
    panel.active = V::greater_signed(V::broadcast_bits(0), V::load_bits(is_active + lane));
    panel.full = V::all(panel.active);
    return panel;
  }
  // Where the result of class c in lane i is, from the batch's first.
  LOGITS_INLINE int64_t offset(int i, int64_t c, int64_t) const { return c * stride + i; }
  // The scratch memory, where it holds all terms.
  LOGITS_INLINE float* scratch(float* memory) const {
    return classes * lanes() <= kScratchFloats ? memory : nullptr;
  }
  // The part of that memory for the terms of one panel.
  LOGITS_INLINE float* scratch_of_panel(float* memory, int lane) const {
    return memory ? memory + lane * classes : nullptr;
  }
  LOGITS_INLINE float value(int i, int64_t c) const {
    return static_cast<float>(value_of<V>(x[c * stride + i]));
  }
  LOGITS_INLINE Row row(int i) const { return {x + i, element, stride, inverse}; }
};

// Rows side by side that are taken together.
LOGITS_INLINE int panels_rows(int64_t classes) {
  static constexpr int kMost = 4;
  const int64_t panels = kPanelsFloats / kPanelRows / (classes > 0 ? classes : 1);
  return kPanelRows * static_cast<int>(panels < 1 ? 1 : panels > kMost ? kMost : panels);
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

// compute(panel, first) for each panel, `first` being its first lane.
template <class P, class Compute>
LOGITS_INLINE void for_each_panel(const P& panels, Compute compute) {
  for (int first = 0; first < panels.lanes(); first += kPanelRows) {
    compute(panels.panel(first), first);
  }
}

}  // namespace logits
