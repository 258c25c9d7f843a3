// Sums and losses of rows side by side: what row.h and log-probability.h do for one row, in every
// lane of a panel, and in all panels of a bundle.
#pragma once

#include <cstdint>

#include "../../platform/force-inline.h"
#include "../math/exp.h"
#include "../math/reference.h"
#include "bundle.h"
#include "log-probability.h"
#include "panel.h"
#include "row.h"

namespace logits {

// One reference a lane.
template <class P>
LOGITS_INLINE ReferenceVectors<typename P::Arithmetic> load_references(
    const P& panel, const Reference* references) {
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

// The exponentials of classes at .. at + count - 1, sixteen floats each, into `terms`.
template <class P, bool Shifted>
LOGITS_INLINE void terms_of_classes(const P& panel, int64_t at, int64_t count,
                                    const ReferenceVectors<typename P::Arithmetic>& reference,
                                    typename P::Arithmetic::Set::I32& max_exponent_bits,
                                    float* terms) {
  using V = typename P::Arithmetic::Set;
  constexpr int kStep = V::kInterleave;
  int64_t c = 0;
  for (; c + kStep <= count; c += kStep) {
    typename V::F32 v[kStep];
    panel.prefetch(at + c, kStep);
    for (int k = 0; k < kStep; ++k) v[k] = panel.load(at + c + k);
    scaled_exp<V, Shifted, P::kScaled>(v, reference, max_exponent_bits);
    for (int k = 0; k < kStep; ++k) V::store(terms + (c + k) * kPanelRows, v[k]);
  }
  for (; c < count; ++c) {
    typename V::F32 v[1] = {panel.load(at + c)};
    scaled_exp<V, Shifted, P::kScaled>(v, reference, max_exponent_bits);
    V::store(terms + c * kPanelRows, v[0]);
  }
}

// The terms of classes first, first + 8, ... below `count` (at most 64), added by strides 32, 16
// and 8; `terms` begins with class `at`.
template <class P>
LOGITS_INLINE typename P::Arithmetic::Vector reduce_one_by_8(const float* terms, int64_t at,
                                                             int first, int64_t count,
                                                             const uint32_t* excluded) {
  using V = typename P::Arithmetic::Set;
  typename V::F32 half[4];
  const auto term = [&](int k) {
    const int64_t c = first + 8 * k;
    auto v = V::load(terms + c * kPanelRows);
    if (excluded != nullptr) {
      const auto number = V::broadcast_bits(static_cast<uint32_t>(at + c));
      v = V::drop(V::equal(V::load_bits(excluded), number), v);
    }
    return v;
  };
  for (int k = 0; k < 4; ++k) {
    half[k] = V::broadcast(0.0f);
    if (first + 8 * k < count) half[k] = term(k);
    if (first + 8 * (k + 4) < count) half[k] = V::add(half[k], term(k + 4));
  }
  return V::add(V::add(half[0], half[2]), V::add(half[1], half[3]));
}

// The eight sums of a group's `count` terms, in float64, into `sums` or added to what is there.
template <class P, bool First>
LOGITS_INLINE void reduce_by_8(const float* terms, int64_t at, int64_t count,
                               const uint32_t* excluded, double (&sums)[8][kPanelRows]) {
  using V = typename P::Arithmetic::Set;
  for (int j = 0; j < 8; ++j) {
    if (!First && j >= count) return;
    const auto sum =
        j < count ? reduce_one_by_8<P>(terms, at, j, count, excluded) : V::broadcast(0.0f);
    auto low = V::widen_low(sum);
    auto high = V::widen_high(sum);
    if constexpr (!First) {
      low = V::add(V::load(static_cast<const double*>(sums[j])), low);
      high = V::add(V::load(static_cast<const double*>(sums[j] + 8)), high);
    }
    V::store(sums[j], low);
    V::store(sums[j] + 8, high);
  }
}

template <class V>
LOGITS_INLINE void fold_by_8(const double (&sums_by_8)[8][kPanelRows], double* sum) {
  for (int i = 0; i < kPanelRows; i += 8) {
    typename V::F64 lanes[8];
    for (int j = 0; j < 8; ++j) lanes[j] = V::load(sums_by_8[j] + i);
    V::store(sum + i, fold_vectors<V>(lanes));
  }
}

// The sums of all lanes; returns what scaled_exp collects.
template <class P, bool Shifted>
inline typename P::Arithmetic::Set::I32 sum_panel(
    const P& panel, const uint32_t* excluded,
    const ReferenceVectors<typename P::Arithmetic>& reference, float* scaled, double* sum) {
  using V = typename P::Arithmetic::Set;
  auto max_exponent_bits = V::broadcast_bits(0);
  float group[kGroup * kPanelRows];
  double sums[8][kPanelRows];
  double total[8][kPanelRows];
  if (panel.classes == 0) {
    for (int i = 0; i < kPanelRows; ++i) sum[i] = 0;
    return max_exponent_bits;
  }
  for (int64_t chunk = 0; chunk < panel.classes; chunk += kChunk) {
    const int64_t end = panel.classes - chunk < kChunk ? panel.classes : chunk + kChunk;
    for (int64_t at = chunk; at < end; at += kGroup) {
      const int64_t count = end - at < kGroup ? end - at : kGroup;
      float* terms = scaled ? scaled + at * kPanelRows : group;
      terms_of_classes<P, Shifted>(panel, at, count, reference, max_exponent_bits, terms);
      if (at == chunk) {
        reduce_by_8<P, true>(terms, at, count, excluded, sums);
      } else {
        reduce_by_8<P, false>(terms, at, count, excluded, sums);
      }
    }
    if (panel.classes <= kChunk) {
      fold_by_8<V>(sums, sum);
      return max_exponent_bits;
    }
    for (int j = 0; j < 8; ++j) {
      for (int i = 0; i < kPanelRows; ++i) {
        total[j][i] = chunk == 0 ? sums[j][i] : total[j][i] + sums[j][i];
      }
    }
  }
  fold_by_8<V>(total, sum);
  return max_exponent_bits;
}

// The same with one reference a lane.
template <class P>
LOGITS_INLINE void sum_panel_by_lane(const P& panel, const uint32_t* excluded,
                                     const Reference* references, float* scaled, double* sum) {
  sum_panel<P, true>(panel, excluded, load_references(panel, references), scaled, sum);
}

struct PanelMax {
  float max[kPanelRows];
  uint32_t argmax[kPanelRows];  // the first class that holds the maximum
  bool nan[kPanelRows];
};

// Each lane's largest element (but for the excluded one) and whether the row holds a NaN.
template <class P>
inline PanelMax max_of_panel(const P& panel, const uint32_t* excluded) {
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
    if (excluded != nullptr) {
      v = V::from_bits(V::select(V::equal(V::load_bits(excluded), number), lowest, V::bits(v)));
    }
    const auto above = V::greater(v, max);
    argmax = V::select(above, number, argmax);
    max = V::from_bits(V::select(above, V::bits(v), V::bits(max)));
  }
  PanelMax row_max;
  uint32_t lanes[kPanelRows];
  V::store(row_max.max, max);
  V::store_bits(row_max.argmax, argmax);
  V::store_bits(lanes, magnitudes);
  for (int i = 0; i < kPanelRows; ++i) row_max.nan[i] = lanes[i] > kInfinityBits;
  return row_max;
}

// The terms of the excluded elements; 0 where a lane is idle or excludes none.
template <class P>
LOGITS_INLINE void terms_of_excluded(const P& panel, const uint32_t* excluded,
                                     const Reference* references, double* terms) {
  for (int i = 0; i < kPanelRows; ++i) {
    const bool present = panel.is_active[i] != 0 && excluded != nullptr;
    const auto row = panel.row(i);
    terms[i] = present ? scaled_exp_of(row, row.value(excluded[i]), references[i]) : 0;
  }
}

// solve_row for every lane of a panel, each in a reference of its own.
template <class P>
LOGITS_OUTLINE void solve_panel(const P& panel, const uint32_t* excluded, float* scaled,
                                RowKind* kinds, Reference* references, double* sums,
                                double* excluded_terms) {
  using A = typename P::Arithmetic;
  const PanelMax row_max = max_of_panel(panel, nullptr);
  for (int i = 0; i < kPanelRows; ++i) {
    kinds[i] = RowKind::regular;
    references[i] = {0, 0};
    if (panel.is_active[i] == 0) continue;
    kinds[i] = kind_of<A>(RowMax{static_cast<double>(row_max.max[i]), row_max.nan[i]});
    if (kinds[i] != RowKind::regular) continue;
    references[i] = reference_of(panel.row(i), static_cast<double>(row_max.max[i]));
  }
  sum_panel_by_lane(panel, excluded, references, scaled, sums);
  terms_of_excluded(panel, excluded, references, excluded_terms);
}

// solve_row for every lane.
template <class V, class E, bool Scaled>
inline void solve_bundle(const Panels<V, E, Scaled>& panels,
                         const ExcludedClasses<Panels<V, E, Scaled>::kRows>& excluded_classes,
                         double divisor, int& guess, float* scaled,
                         BundleSums<Panels<V, E, Scaled>::kRows>& sums) {
  using P = Panel<V, E, Scaled>;
  const Reference common = {guess, 0};
  const auto vectors = broadcast_reference(panels.row(0), common);
  const auto excluded = [&](int i) {
    return excluded_classes.any ? excluded_classes.at + i : nullptr;
  };
  auto max_exponent_bits = V::broadcast_bits(0);
  for_each_panel(panels, [&](const P& panel, int i) {
    const auto own = sum_panel<P, false>(panel, excluded(i), vectors,
                                         panels.scratch_of_panel(scaled, i), sums.sum + i);
    max_exponent_bits = V::max_unsigned(max_exponent_bits, own);
  });
  common_terms(panels, excluded_classes, vectors, sums);
  if (accept(panels, common, divisor, max_exponent_bits, sums)) return;
  sums.uniform = false;
  for_each_panel(panels, [&](const P& panel, int i) {
    solve_panel(panel, excluded(i), panels.scratch_of_panel(scaled, i), sums.kinds + i,
                sums.references + i, sums.sum + i, sums.excluded + i);
  });
  guess = likely_exponent(panels, divisor, sums, guess);
}

// The losses of a panel's rows that are near one, from the sums of their other classes in units of
// their own. The panel's lanes are those of the sums from `first` on.
template <class P, int Rows>
LOGITS_OUTLINE void near_one_losses(const P& panel, const ExcludedClasses<Rows>& targets,
                                    const BundleSums<Rows>& sums, int first, double (&losses)[Rows],
                                    double (&one_minus_p)[Rows]) {
  using A = typename P::Arithmetic;
  const uint32_t* excluded = targets.at + first;
  const PanelMax others = max_of_panel(panel, excluded);
  Reference references[kPanelRows];
  double target[kPanelRows];
  bool near_one[kPanelRows];
  bool resolved[kPanelRows];
  for (int i = 0; i < kPanelRows; ++i) {
    const RowSum row = sums[first + i];
    references[i] = {0, 0};
    near_one[i] = panel.is_active[i] != 0 && is_near_one<A>(row);
    resolved[i] = false;
    if (!near_one[i]) continue;
    target[i] = panel.row(i).value(excluded[i]);
    resolved[i] = reference_of_others(panel.row(i), static_cast<double>(others.max[i]), target[i],
                                      row.reference, references[i]);
  }
  double sum[kPanelRows];
  sum_panel_by_lane(panel, excluded, references, nullptr, sum);
  for (int i = 0; i < kPanelRows; ++i) {
    if (!near_one[i]) continue;
    const TargetLoss loss = resolved[i]
                                ? near_one_loss(panel.row(i), sum[i], references[i], target[i])
                                : TargetLoss{0, 0};
    losses[first + i] = loss.loss;
    one_minus_p[first + i] = loss.one_minus_p;
  }
}

// The losses of the targets, which the sums have left out.
template <class V, class E, bool Scaled, int Rows>
LOGITS_INLINE void target_losses(const Panels<V, E, Scaled>& panels,
                                 const ExcludedClasses<Rows>& targets, const BundleSums<Rows>& sums,
                                 double (&losses)[Rows], double (&one_minus_p)[Rows]) {
  bool near_one = false;
  if (sums.uniform) {
    near_one = uniform_losses(panels, sums, losses, one_minus_p);
  } else {
    for (int i = 0; i < panels.lanes(); ++i) {
      if (panels.is_active[i] == 0) continue;
      const auto row = panels.row(i);
      const TargetLoss loss = loss_of_target(row, sums[i], row.value(targets.at[i]));
      losses[i] = loss.loss;
      one_minus_p[i] = loss.one_minus_p;
      near_one = near_one || is_near_one<Single<V>>(sums[i]);
    }
  }
  if (!near_one) return;
  for_each_panel(panels, [&](const auto& panel, int first) {
    near_one_losses(panel, targets, sums, first, losses, one_minus_p);
  });
}

}  // namespace logits
