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
    V::prefetch(reinterpret_cast<const char*>(p + kPanelRows));
    if (panel.full) {
      V::store(p, compute(c));
    } else {
      V::store(p, compute(c), panel.active);
    }
  }
}

// out[c] = e^x[c] * factor in each lane, and `at_excluded` for what its sum has left out, from the
// terms kept in `scaled` or computed again. A lane without a regular row becomes NaN.
template <class V, class E, bool Scaled>
LOGITS_INLINE void write_bundle(const Panel<V, E, Scaled>& panel, const Output& out,
                                const BundleSums<kPanelRows>& sums,
                                const double (&factor)[kPanelRows], const float* scaled,
                                const Exclusion<kPanelRows>& excluded, const double* at_excluded) {
  float high[kPanelRows];
  float low[kPanelRows];
  uint32_t irregular[kPanelRows];
  split_factors<V>(factor, kPanelRows, high, low);
  for (int i = 0; i < kPanelRows; ++i) {
    irregular[i] = sums.is_regular(i) ? 0 : kNanBits;
  }
  const FactorVectors<Single<V>> factors = {V::load(static_cast<const float*>(high)),
                                            V::load(static_cast<const float*>(low))};
  const auto nan = V::load_bits(irregular);
  const auto is_nan = V::equal(nan, V::broadcast_bits(kNanBits));
  const auto result = [&](typename V::F32 term) {
    return V::from_bits(V::select(is_nan, nan, V::bits(factors.times(term))));
  };
  float* sink = batch_sink<V>(out, panel.batch);
  if (scaled) {
    write_panel(panel, sink, [&](int64_t c) { return result(V::load(scaled + c * kPanelRows)); });
  } else {
    const auto reference = sums.uniform ? broadcast_reference(panel.row(0), sums.common)
                                        : load_references(panel, sums.references);
    write_panel(panel, sink, [&](int64_t c) {
      auto largest = V::broadcast_bits(0);
      typename V::F32 v[1] = {panel.load(c)};
      scaled_exp<V, true, Scaled>(v, reference, largest);
      return result(v[0]);
    });
  }
  if (!excluded.any) return;
  for (int i = 0; i < kPanelRows; ++i) {
    if (panel.is_active[i] == 0 || !sums.is_regular(i)) continue;
    sink[excluded.at[i] * panel.stride + i] = static_cast<float>(at_excluded[i]);
  }
}

}  // namespace logits
