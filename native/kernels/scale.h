// The second pass of softmax and of gradients: terms times one factor a row.
//
// The factor is a float64 split into two floats, so that the one rounding of the final fused
// multiply-add is all the error it adds. Terms come from scratch where the first pass kept them and
// are computed again, to the same bits, where the row was too long for that.
#pragma once

#include <cstdint>

#include "../force-inline.h"
#include "panel.h"
#include "reference.h"
#include "row.h"

namespace logits {

template <class V>
struct FactorVectors {
  typename V::F32 high;
  typename V::F32 low;

  LOGITS_INLINE typename V::F32 times(typename V::F32 term) const {
    return V::fma(term, high, V::mul(term, low));
  }
};

template <class V>
LOGITS_INLINE float factor_high(double factor) {
  return static_cast<float>(factor);
}

template <class V>
LOGITS_INLINE float factor_low(double factor) {
  return static_cast<float>(factor - static_cast<double>(factor_high<V>(factor)));
}

// Elements of out in steps of sixteen, the last one partial.
template <class V, class Compute>
LOGITS_INLINE void write_row(float* out, int64_t classes, Compute compute) {
  int64_t at = 0;
  for (; at + 16 <= classes; at += 16) V::store(out + at, compute(at, 16));
  if (at < classes) {
    const int lanes = static_cast<int>(classes - at);
    V::store(out + at, compute(at, lanes), V::first(lanes));
  }
}

template <class V>
LOGITS_INLINE typename V::F32 load_lanes(const float* p, int lanes) {
  return lanes == 16 ? V::load(p) : V::load(p, V::first(lanes), V::broadcast(p[0]));
}

template <class V>
LOGITS_INLINE void fill_row(float* out, int64_t classes, float value) {
  const auto v = V::broadcast(value);
  write_row<V>(out, classes, [&](int64_t, int) { return v; });
}

// out[c] = e^x[c] * factor, `factor` in the units of solved.sum; x == out is allowed.
template <class V>
inline void write_scaled_row(const float* x, float* out, int64_t classes, const RowSum& solved,
                             double factor, const float* scaled) {
  const FactorVectors<V> factors = {V::broadcast(factor_high<V>(factor)),
                                    V::broadcast(factor_low<V>(factor))};
  if (scaled) {
    write_row<V>(out, classes, [&](int64_t at, int lanes) {
      return factors.times(load_lanes<V>(scaled + at, lanes));
    });
    return;
  }
  const auto reference = broadcast_reference<V>(solved.reference);
  auto largest = V::broadcast_bits(0);
  write_row<V>(out, classes, [&](int64_t at, int lanes) {
    typename V::F32 v[1] = {load_lanes<V>(x + at, lanes)};
    scaled_exp<V, true>(v, reference, largest);
    return factors.times(v[0]);
  });
}

// compute(c) for every class of a panel, into the active lanes of `out`, laid out as the panel.
template <class V, class Compute>
LOGITS_INLINE void write_panel(const Panel<V>& panel, float* out, Compute compute) {
  for (int64_t c = 0; c < panel.classes; ++c) {
    float* p = out + c * panel.stride;
    if (panel.full) {
      V::store(p, compute(c));
    } else {
      V::store(p, compute(c), panel.active);
    }
  }
}

// The same for a panel. A lane without a regular row becomes NaN.
template <class V>
inline void write_scaled_panel(const Panel<V>& panel, float* out,
                               const RowSum (&solved)[kPanelRows],
                               const double (&factor)[kPanelRows], const float* scaled) {
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
  const FactorVectors<V> factors = {V::load(high), V::load(low)};
  const auto nan = V::load_bits(irregular);
  const auto is_nan = V::equal(nan, V::broadcast_bits(kNanBits));
  const auto reference = load_references<V>(references);
  auto largest = V::broadcast_bits(0);
  write_panel<V>(panel, out, [&](int64_t c) {
    typename V::F32 v[1];
    if (scaled) {
      v[0] = V::load(scaled + c * kPanelRows);
    } else {
      v[0] = panel.load(c);
      scaled_exp<V, true>(v, reference, largest);
    }
    return V::from_bits(V::select(is_nan, nan, V::bits(factors.times(v[0]))));
  });
}

}  // namespace logits
