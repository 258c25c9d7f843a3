// Rows that lie side by side in memory, the classes `stride` elements apart: a bundle whose vectors
// are one class of sixteen rows, a panel.
#pragma once

#include <cstdint>

#include "../../kernel-table.h"
#include "../../platform/force-inline.h"
#include "bundle.h"
#include "elements.h"

namespace logits {

template <class V, Access Kind>
struct Panels {
  using Arithmetic = Single<V>;
  using Row = FloatRow<V, Access::strided>;
  static constexpr Access kAccess = Kind;
  static constexpr bool kIsFloat = Kind != Access::typed;
  static constexpr bool kIsStack = false;
  static constexpr int kRows = kStackRows;

  Batch batch;
  const void* x;  // class 0 of lane 0
  Element element;
  int64_t classes;
  int64_t stride;
  Pair inverse;
  bool full;
  uint32_t is_active[kRows];

  LOGITS_INLINE Panels<V, Access::typed> general() const {
    Panels<V, Access::typed> panels;
    std::memcpy(static_cast<void*>(&panels), this, sizeof panels);
    return panels;
  }
  LOGITS_INLINE bool is_scaled() const { return is_scaled_by<Kind>(inverse); }
  LOGITS_INLINE int lanes() const {
    return (batch.count + kPanelRows - 1) / kPanelRows * kPanelRows;
  }
  LOGITS_INLINE typename V::Mask active(int lane) const {
    return V::greater_signed(V::broadcast_bits(0), V::load_bits(is_active + lane));
  }
  LOGITS_INLINE int64_t bytes(int64_t elements) const {
    return elements * (kIsFloat ? 4 : size_of(element));
  }
  // Where the element of class c in that lane is.
  LOGITS_INLINE const char* address(int64_t c, int lane) const {
    return static_cast<const char*>(x) + bytes(c * stride + lane);
  }
  // Sixteen lanes there, of which the first is `lane`; those that are not active are +0.
  LOGITS_INLINE typename V::F32 load(const char* p, int lane) const {
    if (kIsFloat || element == Element::float32) {
      const auto* const floats = reinterpret_cast<const float*>(p);
      return full ? V::load(floats) : V::load(floats, active(lane), V::broadcast(0.0f));
    }
    return full ? load_half<V>(p, element) : load_active(p, lane);
  }
  LOGITS_INLINE typename V::F32 load(int64_t c, int lane) const {
    return load(address(c, lane), lane);
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
    if (kIsFloat) return static_cast<const float*>(x)[c * stride + i];
    return static_cast<float>(row(i).value(c));
  }
  LOGITS_INLINE Row row(int i) const { return {address(0, i), element, stride, inverse}; }

 private:
  LOGITS_OUTLINE typename V::F32 load_active(const char* p, int lane) const {
    const Row elements = {p, element, 1, inverse};
    float lanes[kPanelRows] = {};
    for (int i = 0; i < kPanelRows; ++i) {
      if (is_active[lane + i] != 0) lanes[i] = static_cast<float>(elements.value(i));
    }
    return V::load(static_cast<const float*>(lanes));
  }
};

// Rows side by side that are taken together: as many as scratch memory has room for the terms of.
LOGITS_INLINE int panels_rows(int64_t classes) {
  return classes <= kScratchFloats / kStackRows ? kStackRows : kPanelRows;
}

template <class V, Access Kind>
LOGITS_INLINE Panels<V, Kind> make_panels(const Input& input, const Pair& inverse,
                                          const Batch& batch) {
  Panels<V, Kind> panels;
  panels.batch = batch;
  panels.x = moved(input.data, input.element, offset_of(batch.first, input.layout.outer_stride));
  panels.element = input.element;
  panels.classes = input.layout.classes;
  panels.stride = input.layout.inner;
  panels.inverse = inverse;
  set_active(panels);
  return panels;
}

}  // namespace logits
