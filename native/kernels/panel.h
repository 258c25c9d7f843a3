// Sums over up to sixteen rows that lie side by side in memory: one lane a row, the classes
// `stride` elements apart, in the arithmetic Single. Every lane does what row.h does for that row
// laid out contiguously, in the same order of additions, so that the bits are the same.
#pragma once

#include <cstdint>

#include "../force-inline.h"
#include "../kernel-table.h"
#include "elements.h"
#include "exp.h"
#include "log-probability.h"
#include "reference.h"
#include "row.h"

namespace logits {

static constexpr int kPanelRows = 16;

// The sixteen elements at p of the active lanes; the others are +0.
template <class V, class E>
LOGITS_INLINE typename V::F32 load_active(const E* p, typename V::Mask active,
                                          const uint32_t (&is_active)[kPanelRows]) {
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
  Scale inverse;
  typename V::Mask active;
  bool full;  // all lanes are active
  uint32_t is_active[kPanelRows];

  LOGITS_INLINE typename V::F32 load(int64_t c) const {
    const E* p = x + c * stride;
    return full ? V::load(p) : load_active<V>(p, active, is_active);
  }
  LOGITS_INLINE StridedRow<V, Scaled> row(int lane) const {
    return {x + lane, element, stride, inverse};
  }
};

template <class V, class E, bool Scaled>
LOGITS_INLINE Panel<V, E, Scaled> make_panel(const Input& input, const Scale& inverse,
                                             int64_t offset, const bool (&active)[kPanelRows]) {
  Panel<V, E, Scaled> panel = {static_cast<const E*>(input.data) + offset,
                               input.element,
                               input.layout.classes,
                               input.layout.inner,
                               inverse,
                               V::first(0),
                               true,
                               {}};
  set_active(panel, active);
  return panel;
}

template <class P>
LOGITS_INLINE void set_active(P& panel, const bool (&active)[kPanelRows]) {
  using V = typename P::Arithmetic::Set;
  panel.full = true;
  for (int i = 0; i < kPanelRows; ++i) {
    panel.is_active[i] = active[i] ? ~0u : 0u;
    panel.full = panel.full && active[i];
  }
  panel.active = V::greater_signed(V::broadcast_bits(0), V::load_bits(panel.is_active));
}

// One element excluded from each lane's sum.
struct PanelExclusion {
  uint32_t at[kPanelRows];
  bool any;
};

static constexpr uint32_t kNothingExcluded = 0xffffffff;

template <class P>
LOGITS_INLINE PanelExclusion no_exclusion() {
  PanelExclusion none;
  for (uint32_t& at : none.at) at = kNothingExcluded;
  none.any = false;
  return none;
}

struct RawPanelSum {
  double sum[kPanelRows];
  uint32_t largest[kPanelRows];
};

template <class P>
LOGITS_INLINE ReferenceVectors<typename P::Arithmetic> load_references(
    const P& panel, const Reference (&references)[kPanelRows]) {
  using A = typename P::Arithmetic;
  using V = typename A::Set;
  float magic[kPanelRows];
  float lowest[kPanelRows];
  float offset[kPanelRows];
  for (int i = 0; i < kPanelRows; ++i) {
    double raised_to = lowest_of<A>(references[i]);
    if constexpr (P::kScaled) raised_to = A::lowest_element(raised_to, panel.inverse);
    magic[i] = magic_of<A>(references[i]);
    lowest[i] = static_cast<float>(raised_to);
    offset[i] = static_cast<float>(references[i].offset);
  }
  return {V::load(static_cast<const float*>(magic)), V::load(static_cast<const float*>(lowest)),
          V::load(static_cast<const float*>(offset)),
          V::broadcast(static_cast<float>(panel.inverse.high)),
          V::broadcast(static_cast<float>(panel.inverse.low))};
}

// sums[lane] += v[lane] for sixteen float64 sums.
template <class V>
LOGITS_INLINE void accumulate(double* sums, typename V::F32 v) {
  V::store(sums, V::add(V::load(static_cast<const double*>(sums)), V::widen_low(v)));
  V::store(sums + 8, V::add(V::load(static_cast<const double*>(sums + 8)), V::widen_high(v)));
}

// The terms of class at + 8 k, k = 0..7, added by strides 32, 16 and 8. Classes from `end` on
// count as +0.
template <class P, bool Shifted, bool Stored>
LOGITS_INLINE typename P::Arithmetic::Vector sum_eighth(
    const P& panel, int64_t at, int64_t end, const PanelExclusion& exclusion,
    const ReferenceVectors<typename P::Arithmetic>& reference,
    typename P::Arithmetic::Set::I32& largest, float* scaled) {
  using V = typename P::Arithmetic::Set;
  typename V::F32 half[4];
  for (int k = 0; k < 4; ++k) {
    typename V::F32 v[2];
    const int64_t c[2] = {at + 8 * k, at + 8 * (k + 4)};
    const bool second = c[1] < end;
    if (c[0] >= end) {
      half[k] = V::broadcast(0.0f);
      continue;
    }
    v[0] = panel.load(c[0]);
    v[1] = second ? panel.load(c[1]) : v[0];
    scaled_exp<V, Shifted, P::kScaled>(v, reference, largest);
    for (int i = 0; i < (second ? 2 : 1); ++i) {
      if constexpr (Stored) V::store(scaled + c[i] * kPanelRows, v[i]);
      if (exclusion.any) {
        const auto number = V::broadcast_bits(static_cast<uint32_t>(c[i]));
        v[i] = V::drop(V::equal(V::load_bits(exclusion.at), number), v[i]);
      }
    }
    half[k] = second ? V::add(v[0], v[1]) : v[0];
  }
  return V::add(V::add(half[0], half[2]), V::add(half[1], half[3]));
}

template <class P, bool Shifted, bool Stored>
inline RawPanelSum sum_panel_as(const P& panel, const PanelExclusion& exclusion,
                                const Reference (&references)[kPanelRows], float* scaled) {
  using V = typename P::Arithmetic::Set;
  const auto vectors = load_references(panel, references);
  auto largest = V::broadcast_bits(0);
  double total[8][kPanelRows] = {};
  for (int64_t chunk = 0; chunk < panel.classes; chunk += kChunk) {
    const int64_t end = panel.classes - chunk < kChunk ? panel.classes : chunk + kChunk;
    double sums[8][kPanelRows] = {};
    for (int64_t at = chunk; at < end; at += kGroup) {
      for (int j = 0; j < 8 && at + j < end; ++j) {
        accumulate<V>(sums[j], sum_eighth<P, Shifted, Stored>(panel, at + j, end, exclusion,
                                                              vectors, largest, scaled));
      }
    }
    for (int j = 0; j < 8; ++j) {
      for (int i = 0; i < kPanelRows; ++i) total[j][i] += sums[j][i];
    }
  }
  RawPanelSum raw;
  V::store_bits(raw.largest, largest);
  for (int i = 0; i < kPanelRows; ++i) {
    double lane[8];
    for (int j = 0; j < 8; ++j) lane[j] = total[j][i];
    raw.sum[i] = fold_sums<V>(lane);
  }
  return raw;
}

template <class P>
LOGITS_INLINE RawPanelSum sum_panel(const P& panel, const PanelExclusion& exclusion,
                                    const Reference (&references)[kPanelRows], float* scaled) {
  bool shifted = false;
  for (const Reference& reference : references) shifted = shifted || reference.offset != 0;
  if (shifted) {
    return scaled ? sum_panel_as<P, true, true>(panel, exclusion, references, scaled)
                  : sum_panel_as<P, true, false>(panel, exclusion, references, nullptr);
  }
  return scaled ? sum_panel_as<P, false, true>(panel, exclusion, references, scaled)
                : sum_panel_as<P, false, false>(panel, exclusion, references, nullptr);
}

struct PanelExtent {
  float max[kPanelRows];
  uint32_t argmax[kPanelRows];  // the first class that holds the maximum
  bool nan[kPanelRows];
};

// Each lane's largest element (but for the excluded one) and whether the row holds a NaN.
template <class P>
inline PanelExtent extent_of_panel(const P& panel, const PanelExclusion& exclusion) {
  using V = typename P::Arithmetic::Set;
  const auto magnitude = V::broadcast_bits(kMagnitudeBits);
  const auto lowest = V::broadcast_bits(kInfinityBits | 0x80000000);
  auto max = V::from_bits(lowest);
  auto argmax = V::broadcast_bits(0);
  auto magnitudes = V::broadcast_bits(0);
  for (int64_t c = 0; c < panel.classes; ++c) {
    auto v = panel.load(c);
    const auto number = V::broadcast_bits(static_cast<uint32_t>(c));
    magnitudes = V::max_unsigned(magnitudes, V::bit_and(V::bits(v), magnitude));
    if (exclusion.any) {
      v = V::from_bits(V::select(V::equal(V::load_bits(exclusion.at), number), lowest, V::bits(v)));
    }
    const auto above = V::greater(v, max);
    argmax = V::select(above, number, argmax);
    max = V::from_bits(V::select(above, V::bits(v), V::bits(max)));
  }
  PanelExtent extent;
  uint32_t lanes[kPanelRows];
  V::store(extent.max, max);
  V::store_bits(extent.argmax, argmax);
  V::store_bits(lanes, magnitudes);
  for (int i = 0; i < kPanelRows; ++i) extent.nan[i] = lanes[i] > kInfinityBits;
  return extent;
}

template <class P>
LOGITS_INLINE bool panel_within_window(const P& panel, const RawPanelSum& raw,
                                       const double (&terms)[kPanelRows], double divisor) {
  using A = typename P::Arithmetic;
  for (int i = 0; i < kPanelRows; ++i) {
    if (panel.is_active[i] == 0) continue;
    if (!A::within_window(raw.largest[i])) return false;
    if (!((raw.sum[i] + terms[i]) * divisor <= A::kLargestSum)) return false;
  }
  return true;
}

// The terms of the excluded elements; 0 where a lane is idle or excludes none.
template <class P>
LOGITS_INLINE void excluded_terms(const P& panel, const PanelExclusion& exclusion,
                                  const Reference (&references)[kPanelRows],
                                  double (&terms)[kPanelRows]) {
  for (int i = 0; i < kPanelRows; ++i) {
    const bool present = panel.is_active[i] != 0 && exclusion.at[i] != kNothingExcluded;
    const auto row = panel.row(i);
    terms[i] = present ? scaled_exp_of(row, row.value(exclusion.at[i]), references[i]) : 0;
  }
}

// solve_row for every lane of a panel. Idle lanes of `solved` mean nothing.
template <class P>
inline void solve_panel(const P& panel, const PanelExclusion& exclusion, double divisor, int& guess,
                        float* scaled, RowSum (&solved)[kPanelRows]) {
  using A = typename P::Arithmetic;
  Reference references[kPanelRows];
  RowKind kinds[kPanelRows];
  double terms[kPanelRows];
  for (int i = 0; i < kPanelRows; ++i) {
    references[i] = {guess, 0};
    kinds[i] = RowKind::regular;
  }
  RawPanelSum raw = sum_panel(panel, exclusion, references, scaled);
  excluded_terms(panel, exclusion, references, terms);
  if (!panel_within_window(panel, raw, terms, divisor)) {
    const PanelExtent extent = extent_of_panel(panel, no_exclusion<P>());
    for (int i = 0; i < kPanelRows; ++i) {
      if (panel.is_active[i] == 0) continue;
      kinds[i] = kind_of<A>(Extent{static_cast<double>(extent.max[i]), extent.nan[i]});
      if (kinds[i] != RowKind::regular) continue;
      references[i] = reference_of(panel.row(i), static_cast<double>(extent.max[i]));
      if (references[i].offset == 0) guess = references[i].exponent;
    }
    raw = sum_panel(panel, exclusion, references, scaled);
    excluded_terms(panel, exclusion, references, terms);
  }
  for (int i = 0; i < kPanelRows; ++i) {
    solved[i] = {kinds[i], raw.sum[i], terms[i], references[i], {0, 0}};
  }
}

// Solves a panel without its targets, which `exclusion` names, and gives their losses.
template <class P>
inline void solve_target_panel(const P& panel, const PanelExclusion& exclusion, double divisor,
                               int& guess, float* scaled, RowSum (&solved)[kPanelRows],
                               TargetLoss (&losses)[kPanelRows]) {
  using A = typename P::Arithmetic;
  solve_panel(panel, exclusion, divisor, guess, scaled, solved);
  bool confident = false;
  double targets[kPanelRows] = {};
  for (int i = 0; i < kPanelRows; ++i) {
    if (panel.is_active[i] == 0) continue;
    const auto row = panel.row(i);
    targets[i] = row.value(exclusion.at[i]);
    losses[i] = loss_of_target(row, solved[i], targets[i]);
    confident = confident || is_confident<A>(solved[i]);
  }
  if (!confident) return;
  const PanelExtent others = extent_of_panel(panel, exclusion);
  Reference references[kPanelRows];
  bool resolved[kPanelRows];
  for (int i = 0; i < kPanelRows; ++i) {
    references[i] = {0, 0};
    resolved[i] = panel.is_active[i] != 0 && is_confident<A>(solved[i]) &&
                  reference_of_others(panel.row(i), static_cast<double>(others.max[i]), targets[i],
                                      solved[i].reference, references[i]);
  }
  const RawPanelSum raw = sum_panel(panel, exclusion, references, nullptr);
  for (int i = 0; i < kPanelRows; ++i) {
    if (panel.is_active[i] == 0 || !is_confident<A>(solved[i])) continue;
    losses[i] = resolved[i] ? confident_loss(panel.row(i), raw.sum[i], references[i], targets[i])
                            : TargetLoss{0, 0};
  }
}

}  // namespace logits
