// The second pass over rows side by side.
#pragma once

#include <cstdint>

#include "../../platform/force-inline.h"
#include "panel.h"
#include "row-loop.h"
#include "scale.h"
#include "solve-panels.h"

namespace logits {

// compute(panels, c, lane) for every class of every panel, into the active lanes of `out`, laid out
// as the panels: class by class, so that what is written lies together. A lane without a regular
// row becomes NaN.
template <class P, class Compute>
LOGITS_INLINE void write_panels(const P& panels, const BundleSums<P::kRows>& sums, float* out,
                                Compute compute) {
  using V = typename P::Arithmetic::Set;
  const P own = panels;  // stores to `out` cannot change it, which needs no second look
  const bool uniform = sums.uniform;
  const int lanes = own.lanes();
  uint32_t irregular[P::kRows];
  for (int i = 0; i < lanes; ++i) irregular[i] = sums.is_regular(i) ? 0 : kNanBits;
  typename V::Mask active[P::kRows / kPanelRows];
  for (int i = 0; i < lanes; i += kPanelRows) active[i / kPanelRows] = own.active(i);
  const auto write_class = [&](int64_t c, int end) {
    for (int i = 0; i < end; i += kPanelRows) {
      float* p = out + c * own.stride + i;
      auto v = compute(own, c, i);
      if (!uniform) {
        const auto nan = V::load_bits(irregular + i);
        v = select_where<V>(V::equal(nan, V::broadcast_bits(kNanBits)), V::from_bits(nan), v);
      }
      if (own.full) {
        V::store(p, v);
      } else {
        V::store(p, v, active[i / kPanelRows]);
      }
    }
  };
  if (lanes == P::kRows) {  // a constant: what differs by lane alone stays in registers
    for (int64_t c = 0; c < own.classes; ++c) write_class(c, P::kRows);
  } else {
    for (int64_t c = 0; c < own.classes; ++c) write_class(c, lanes);
  }
}

// write(rows) as for a stack (stack.h). What panels write is no block.
template <class V, Access Kind, class Write>
LOGITS_INLINE void write_results(const Panels<V, Kind>& panels, const Output& out, float*,
                                 Write write) {
  write(batch_sink<V>(out, panels.batch));
}

// out[c] = e^x[c] * factor in each lane, from the terms kept in `scaled` or computed again, and
// `at_excluded` for the class that its sum has left out.
template <class V, Access Kind, int Rows>
LOGITS_INLINE void write_bundle(const Panels<V, Kind>& panels, const Output& out,
                                const BundleSums<Rows>& sums, const double (&factor)[Rows],
                                const float* scaled, const ExcludedClasses<Rows>& excluded,
                                const double* at_excluded) {
  float high[Rows];
  float low[Rows];
  const int lanes = panels.lanes();
  split_factors<V>(factor, lanes, high, low);
  const auto scale = [&](typename V::F32 term, int i) {
    return FactorVectors<Single<V>>{V::load(static_cast<const float*>(high + i)),
                                    V::load(static_cast<const float*>(low + i))}
        .times(term);
  };
  float* const sink = batch_sink<V>(out, panels.batch);
  if (scaled) {
    write_panels(panels, sums, sink, [&](const auto&, int64_t c, int i) {
      return scale(V::load(scaled + c * lanes + i), i);
    });
  } else {
    const auto references = sums.uniform ? common_reference(panels, sums.common)
                                         : load_references(panels, sums.references);
    write_panels(panels, sums, sink, [&](const auto& own, int64_t c, int i) {
      auto max_exponent_bits = V::broadcast_bits(0);
      typename V::F32 v[1] = {own.load(c, i)};
      scaled_exp<V, Access::typed>(v, references[i], max_exponent_bits);
      return scale(v[0], i);
    });
  }
  if (!excluded.any) return;
  for (int i = 0; i < lanes; ++i) {
    if (panels.is_active[i] == 0 || !sums.is_regular(i)) continue;
    sink[panels.offset(i, excluded.at[i], 0)] = static_cast<float>(at_excluded[i]);
  }
}

}  // namespace logits
