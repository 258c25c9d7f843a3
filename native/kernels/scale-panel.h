// The second pass over rows side by side.
#pragma once

#include <cstdint>

#include "../force-inline.h"
#include "panel.h"
#include "row-loop.h"
#include "scale.h"

namespace logits {

// compute(c) for every class of a panel, into the active lanes of `out`, laid out as the panel.
template <class P, class Compute>
LOGITS_INLINE void write_panel(const P& panel, float* out, Compute compute) {
  using V = typename P::Arithmetic::Set;
  for (int64_t c = 0; c < panel.classes; ++c) {
    float* p = out + c * panel.stride;
    if (panel.full) {
      V::store(p, compute(c));
    } else {
      V::store(p, compute(c), panel.active);
    }
  }
}

// out[c] = e^x[c] * factor in each lane. A lane without a regular row becomes NaN.
template <class P>
inline void write_scaled_panel(const P& panel, float* out, const RowSum (&solved)[kPanelRows],
                               const double (&factor)[kPanelRows], const float* scaled) {
  using V = typename P::Arithmetic::Set;
  float high[kPanelRows];
  float low[kPanelRows];
  uint32_t irregular[kPanelRows];
  Reference references[kPanelRows];
  for (int i = 0; i < kPanelRows; ++i) {
    high[i] = factor_high<V>(factor[i]);
    low[i] = factor_low<V>(factor[i]);
    irregular[i] = solved[i].kind == RowKind::regular ? 0 : kNanBits;
    references[i] = solved[i].reference;
  }
  const FactorVectors<Single<V>> factors = {V::load(static_cast<const float*>(high)),
                                            V::load(static_cast<const float*>(low))};
  const auto nan = V::load_bits(irregular);
  const auto is_nan = V::equal(nan, V::broadcast_bits(kNanBits));
  const auto reference = load_references(panel, references);
  auto largest = V::broadcast_bits(0);
  write_panel(panel, out, [&](int64_t c) {
    typename V::F32 v[1];
    if (scaled) {
      v[0] = V::load(scaled + c * kPanelRows);
    } else {
      v[0] = panel.load(c);
      scaled_exp<V, true, P::kScaled>(v, reference, largest);
    }
    return V::from_bits(V::select(is_nan, nan, V::bits(factors.times(v[0]))));
  });
}

// Where a panel of results begins.
template <class V>
LOGITS_INLINE float* panel_sink(const Output& out, const Batch& batch) {
  return static_cast<float*>(out.data) + offset_of(batch.first, out.outer_stride);
}

}  // namespace logits
