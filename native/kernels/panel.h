// Sums over up to sixteen rows that lie side by side in memory: one lane a row, the classes
// `stride` elements apart. Every lane does what row.h does for that row laid out contiguously, in
// the same order of additions, so that the bits are the same.
#pragma once

#include <cstdint>

#include "../force-inline.h"
#include "exp.h"
#include "reference.h"
#include "row.h"

namespace logits {

static constexpr int kPanelRows = 16;

// Where a panel lies, and which of its lanes are rows that may be read.
template <class V>
struct Panel {
  const float* x;  // class 0 of lane 0
  int64_t classes;
  int64_t stride;
  typename V::Mask active;
  bool full;  // all lanes are active
  uint32_t is_active[kPanelRows];

  LOGITS_INLINE typename V::F32 load(int64_t c) const {
    const float* p = x + c * stride;
    return full ? V::load(p) : V::load(p, active, V::broadcast(0.0f));
  }
};

template <class V>
LOGITS_INLINE Panel<V> make_panel(const float* x, int64_t classes, int64_t stride,
                                  const bool (&active)[kPanelRows]) {
  Panel<V> panel = {x, classes, stride, V::first(0), true, {}};
  for (int i = 0; i < kPanelRows; ++i) {
    panel.is_active[i] = active[i] ? ~0u : 0u;
    panel.full = panel.full && active[i];
  }
  panel.active = V::greater_signed(V::broadcast_bits(0), V::load_bits(panel.is_active));
  return panel;
}

// One element excluded from each lane's sum; -1 excludes none.
struct PanelExclusion {
  uint32_t at[kPanelRows];
  bool any;
};

static constexpr uint32_t kNothingExcluded = 0xffffffff;

template <class V>
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

template <class V>
LOGITS_INLINE ReferenceVectors<V> load_references(const Reference (&references)[kPanelRows]) {
  float magic[kPanelRows];
  float lowest[kPanelRows];
  float offset[kPanelRows];
  for (int i = 0; i < kPanelRows; ++i) {
    magic[i] = magic_of<V>(references[i]);
    lowest[i] = lowest_of<V>(references[i]);
    offset[i] = references[i].offset;
  }
  return {V::load(magic), V::load(lowest), V::load(offset)};
}

// sums[lane] += v[lane] for sixteen float64 sums.
template <class V>
LOGITS_INLINE void accumulate(double* sums, typename V::F32 v) {
  V::store(sums, V::add(V::load(static_cast<const double*>(sums)), V::widen_low(v)));
  V::store(sums + 8, V::add(V::load(static_cast<const double*>(sums + 8)), V::widen_high(v)));
}

// The terms of class at + 8 k, k = 0..7, added by strides 32, 16 and 8. Classes from `end` on
// count as +0.
template <class V, bool Shifted, bool Stored>
LOGITS_INLINE typename V::F32 sum_eighth(const Panel<V>& panel, int64_t at, int64_t end,
                                         const PanelExclusion& exclusion,
                                         const ReferenceVectors<V>& reference,
                                         typename V::I32& largest, float* scaled) {
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
    scaled_exp<V, Shifted>(v, reference, largest);
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

template <class V, bool Shifted, bool Stored>
inline RawPanelSum sum_panel_as(const Panel<V>& panel, const PanelExclusion& exclusion,
                                const Reference (&references)[kPanelRows], float* scaled) {
  const ReferenceVectors<V> vectors = load_references<V>(references);
  auto largest = V::broadcast_bits(0);
  double total[8][kPanelRows] = {};
  for (int64_t chunk = 0; chunk < panel.classes; chunk += kChunk) {
    const int64_t end = panel.classes - chunk < kChunk ? panel.classes : chunk + kChunk;
    double sums[8][kPanelRows] = {};
    for (int64_t at = chunk; at < end; at += kGroup) {
      for (int j = 0; j < 8 && at + j < end; ++j) {
        accumulate<V>(sums[j], sum_eighth<V, Shifted, Stored>(panel, at + j, end, exclusion,
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

template <class V>
LOGITS_INLINE RawPanelSum sum_panel(const Panel<V>& panel, const PanelExclusion& exclusion,
                                    const Reference (&references)[kPanelRows], float* scaled) {
  bool shifted = false;
  for (const Reference& reference : references) shifted = shifted || reference.offset != 0;
  if (shifted) {
    return scaled ? sum_panel_as<V, true, true>(panel, exclusion, references, scaled)
                  : sum_panel_as<V, true, false>(panel, exclusion, references, nullptr);
  }
  return scaled ? sum_panel_as<V, false, true>(panel, exclusion, references, scaled)
                : sum_panel_as<V, false, false>(panel, exclusion, references, nullptr);
}

struct PanelExtent {
  float max[kPanelRows];
  uint32_t argmax[kPanelRows];  // the first class that holds the maximum
  bool nan[kPanelRows];
};

// Each lane's largest element (but for the excluded one) and whether the row holds a NaN.
template <class V>
inline PanelExtent extent_of_panel(const Panel<V>& panel, const PanelExclusion& exclusion) {
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

template <class V>
LOGITS_INLINE bool panel_within_window(const Panel<V>& panel, const RawPanelSum& raw,
                                       const float (&terms)[kPanelRows], double divisor) {
  for (int i = 0; i < kPanelRows; ++i) {
    if (panel.is_active[i] == 0) continue;
    if (!within_window<V>(raw.largest[i])) return false;
    if (!((raw.sum[i] + terms[i]) * divisor <= kLargestDivisor)) return false;
  }
  return true;
}

// The terms of the excluded elements; 0 where a lane is idle or excludes none.
template <class V>
LOGITS_INLINE void excluded_terms(const Panel<V>& panel, const PanelExclusion& exclusion,
                                  const Reference (&references)[kPanelRows],
                                  float (&terms)[kPanelRows]) {
  for (int i = 0; i < kPanelRows; ++i) {
    const bool present = panel.is_active[i] != 0 && exclusion.at[i] != kNothingExcluded;
    terms[i] = present
                   ? scaled_exp_of<V>(panel.x[exclusion.at[i] * panel.stride + i], references[i])
                   : 0.0f;
  }
}

// solve_row for every lane of a panel. Idle lanes of `solved` mean nothing.
template <class V>
inline void solve_panel(const Panel<V>& panel, const PanelExclusion& exclusion, double divisor,
                        int& guess, float* scaled, RowSum (&solved)[kPanelRows]) {
  Reference references[kPanelRows];
  RowKind kinds[kPanelRows];
  float terms[kPanelRows];
  for (int i = 0; i < kPanelRows; ++i) {
    references[i] = {guess, 0.0f};
    kinds[i] = RowKind::regular;
  }
  RawPanelSum raw = sum_panel<V>(panel, exclusion, references, scaled);
  excluded_terms<V>(panel, exclusion, references, terms);
  if (!panel_within_window<V>(panel, raw, terms, divisor)) {
    const PanelExtent extent = extent_of_panel<V>(panel, no_exclusion<V>());
    for (int i = 0; i < kPanelRows; ++i) {
      if (panel.is_active[i] == 0) continue;
      kinds[i] = kind_of<V>(Extent{extent.max[i], extent.nan[i]});
      if (kinds[i] != RowKind::regular) continue;
      references[i] = reference_for<V>(extent.max[i]);
      if (references[i].offset == 0) guess = references[i].exponent;
    }
    raw = sum_panel<V>(panel, exclusion, references, scaled);
    excluded_terms<V>(panel, exclusion, references, terms);
  }
  for (int i = 0; i < kPanelRows; ++i) solved[i] = {kinds[i], raw.sum[i], terms[i], references[i]};
}

}  // namespace logits
