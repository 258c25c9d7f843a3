// The second pass over rows side by side.
#pragma once

#include <cstdint>

#include "../../platform/force-inline.h"
#include "panel.h"
#include "scale.h"
#include "solve-panels.h"

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

// write(rows) as for a stack (stack.h). What a panel writes is no block.
template <class V, class E, bool Scaled, class Write>
LOGITS_INLINE void write_results(const Panels<V, E, Scaled>& panels, const Output& out, float*,
                                 Write write) {
  write(batch_sink<V>(out, panels.batch));
}

// The kept terms of four panels times their factors, class by class: what four vectors write lies
// together.
template <class V, class E, bool Scaled>
LOGITS_INLINE void write_four_panels(const Panels<V, E, Scaled>& panels, float* out,
                                     const float* high, const float* low, const float* scaled) {
  FactorVectors<Single<V>> factors[4];
  const float* terms[4];
  for (int k = 0; k < 4; ++k) {
    factors[k] = {V::load(high + k * kPanelRows), V::load(low + k * kPanelRows)};
    terms[k] = scaled + k * kPanelRows * panels.classes;
  }
  for (int64_t c = 0; c < panels.classes; ++c, out += panels.stride) {
    for (int k = 0; k < 4; ++k) {
      V::store(out + k * kPanelRows, factors[k].times(V::load(terms[k] + c * kPanelRows)));
    }
  }
}

// out[c] = e^x[c] * factor in each lane, from the terms kept in `scaled` or computed again, and
// `at_excluded` for the class that its sum has left out. A lane without a regular row becomes NaN.
template <class V, class E, bool Scaled, int Rows>
LOGITS_INLINE void write_bundle(const Panels<V, E, Scaled>& panels, const Output& out,
                                const BundleSums<Rows>& sums, const double (&factor)[Rows],
                                const float* scaled, const ExcludedClasses<Rows>& excluded,
                                const double* at_excluded) {
  float high[Rows];
  float low[Rows];
  split_factors<V>(factor, panels.lanes(), high, low);
  float* const sink = batch_sink<V>(out, panels.batch);
  if (scaled && sums.uniform && panels.full && panels.lanes() == 4 * kPanelRows) {
    write_four_panels(panels, sink, high, low, scaled);
  } else {
    uint32_t irregular[Rows];
    for (int i = 0; i < panels.lanes(); ++i) irregular[i] = sums.is_regular(i) ? 0 : kNanBits;
    for_each_panel(panels, [&](const auto& panel, int first) {
      const FactorVectors<Single<V>> factors = {V::load(high + first), V::load(low + first)};
      const auto nan = V::load_bits(irregular + first);
      const auto is_nan = V::equal(nan, V::broadcast_bits(kNanBits));
      const auto result = [&](typename V::F32 term) {
        return V::from_bits(V::select(is_nan, nan, V::bits(factors.times(term))));
      };
      if (scaled) {
        const float* terms = scaled + first * panels.classes;
        write_panel(panel, sink + first,
                    [&](int64_t c) { return result(V::load(terms + c * kPanelRows)); });
        return;
      }
      const auto reference = sums.uniform ? broadcast_reference(panels.row(0), sums.common)
                                          : load_references(panel, sums.references + first);
      write_panel(panel, sink + first, [&](int64_t c) {
        auto max_exponent_bits = V::broadcast_bits(0);
        typename V::F32 v[1] = {panel.load(c)};
        scaled_exp<V, true, Scaled>(v, reference, max_exponent_bits);
        return result(v[0]);
      });
    });
  }
  if (!excluded.any) return;
  for (int i = 0; i < panels.lanes(); ++i) {
    if (panels.is_active[i] == 0 || !sums.is_regular(i)) continue;
    sink[panels.offset(i, excluded.at[i], 0)] = static_cast<float>(at_excluded[i]);
  }
}

}  // namespace logits
