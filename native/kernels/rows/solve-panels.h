// Sums and losses of rows side by side: what row.h and log-probability.h do for one row, in every
// lane of a bundle of panels.
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

// on_members(vectors, j) for j = 0 .. 7: of a group's `count` classes, j, j + 8, ... are added
// first, and `vectors` has their number.
template <class OnMembers>
LOGITS_INLINE void for_each_members(int64_t count, OnMembers on_members) {
  for (int j = 0; j < 8 && j < count; ++j) {
    switch ((count - j + 7) / 8) {
      case 1:
        on_members(Vectors<1>(), j);
        break;
      case 2:
        on_members(Vectors<2>(), j);
        break;
      case 3:
        on_members(Vectors<3>(), j);
        break;
      case 4:
        on_members(Vectors<4>(), j);
        break;
      case 5:
        on_members(Vectors<5>(), j);
        break;
      case 6:
        on_members(Vectors<6>(), j);
        break;
      case 7:
        on_members(Vectors<7>(), j);
        break;
      default:
        on_members(Vectors<8>(), j);
    }
  }
}

// The sum of members First, First + Step, ... below Count, by strides of 32, 16 and 8 classes as
// fold_group adds them, as many at a time as the processor can have under way:
// sum_of(vectors, First, Step) is the sum of so many of them.
template <class V, int Count, int First, int Step, class SumOf, class Add>
LOGITS_INLINE auto sum_members(SumOf sum_of, Add add) {
  constexpr int kOwn = (Count - First + Step - 1) / Step;
  if constexpr (kOwn <= V::kInterleave) {
    return sum_of(Vectors<kOwn>(), First, Step);
  } else {
    const auto even = sum_members<V, Count, First, 2 * Step>(sum_of, add);
    return add(even, sum_members<V, Count, First + Step, 2 * Step>(sum_of, add));
  }
}

// The eight float64 sums of each lane.
template <class P>
class PanelSums {
  using V = typename P::Arithmetic::Set;

 public:
  // Sixteen lanes of what members j of a group have left, `is_first` being the first group.
  LOGITS_INLINE void add(int j, int lane, typename V::F32 v, bool is_first) {
    add_eight(sums_[j] + lane, V::widen_low(v), is_first);
    add_eight(sums_[j] + lane + 8, V::widen_high(v), is_first);
  }
  LOGITS_INLINE void add(const PanelSums& chunk, int64_t classes, int lanes) {
    for (int j = 0; j < 8 && j < classes; ++j) {
      for (int i = 0; i < lanes; i += 8)
        add_eight(sums_[j] + i, V::load(chunk.sums_[j] + i), false);
    }
  }
  LOGITS_INLINE void total(int64_t classes, int lanes, double* totals) const {
    for (int i = 0; i < lanes; i += 8) {
      typename V::F64 v[8];
      for (int j = 0; j < 8; ++j) v[j] = j < classes ? V::load(sums_[j] + i) : V::zero();
      V::store(totals + i, fold_vectors<V>(v));
    }
  }

 private:
  static LOGITS_INLINE void add_eight(double* sums, typename V::F64 v, bool is_first) {
    V::store(sums, is_first ? v : V::add(V::load(static_cast<const double*>(sums)), v));
  }

  double sums_[8][P::kRows];
};

// A reference each of a bundle's panels; or one for all of them, where `step` is 0.
template <class A>
struct PanelReferences {
  ReferenceVectors<A> panels[kStackRows / kPanelRows];
  int step;

  LOGITS_INLINE const ReferenceVectors<A>& operator[](int lane) const {
    return panels[lane / kPanelRows * step];
  }
};

template <class P>
LOGITS_INLINE PanelReferences<typename P::Arithmetic> common_reference(const P& panels,
                                                                       const Reference& reference) {
  PanelReferences<typename P::Arithmetic> references;
  references.panels[0] = broadcast_reference(panels.row(0), reference);
  references.step = 0;
  return references;
}

// One reference a lane.
template <class P>
LOGITS_INLINE PanelReferences<typename P::Arithmetic> load_references(
    const P& panels, const Reference (&given)[P::kRows]) {
  using A = typename P::Arithmetic;
  using V = typename A::Set;
  PanelReferences<A> references;
  references.step = 1;
  float magic[P::kRows];
  float lowest[P::kRows];
  float offset[P::kRows];
  for (int i = 0; i < panels.lanes(); ++i) {
    double raised_to = lowest_of<A>(given[i]);
    if (panels.is_scaled()) raised_to = A::lowest_element(raised_to, panels.inverse);
    magic[i] = magic_of<A>(given[i]);
    lowest[i] = static_cast<float>(raised_to);
    offset[i] = static_cast<float>(given[i].offset);
  }
  for (int i = 0; i < panels.lanes(); i += kPanelRows) {
    references.panels[i / kPanelRows] = {V::load(static_cast<const float*>(magic + i)),
                                         V::load(static_cast<const float*>(lowest + i)),
                                         V::load(static_cast<const float*>(offset + i)),
                                         V::broadcast(static_cast<float>(panels.inverse.high)),
                                         V::broadcast(static_cast<float>(panels.inverse.low)),
                                         true,
                                         panels.is_scaled()};
  }
  return references;
}

// The sums of all lanes, in the order of row.h; returns what scaled_exp collects.
template <class P>
inline typename P::Arithmetic::Set::I32 sum_panels(
    const P& panels, const ExcludedClasses<P::kRows>& excluded,
    const PanelReferences<typename P::Arithmetic>& references, float* scaled,
    double (&totals)[P::kRows]) {
  using V = typename P::Arithmetic::Set;
  const P own = panels;  // stores to `scaled` cannot change it, which needs no second look
  const int64_t classes = own.classes;
  const int lanes = own.lanes();
  const int64_t next = own.bytes(8 * own.stride);  // from one member to the next
  auto max_exponent_bits = V::broadcast_bits(0);
  PanelSums<P> sums;
  PanelSums<P> sums_of_chunk;
  for (int64_t at = 0; at < classes; at += kGroup) {
    PanelSums<P>& by_8 = at < kChunk ? sums : sums_of_chunk;
    const int64_t count = classes - at < kGroup ? classes - at : kGroup;
    for_each_members(count, [&](auto vectors, int j) {
      constexpr int kCount = decltype(vectors)::kCount;
      for (int i = 0; i < lanes; i += kPanelRows) {
        const char* const x = own.address(at + j, i);
        float* const kept = scaled ? scaled + (at + j) * lanes + i : nullptr;
        const auto sum_of = [&](auto some, int member, int step) LOGITS_INLINED {
          constexpr int kOwn = decltype(some)::kCount;
          typename V::F32 v[kOwn];
          for (int k = 0; k < kOwn; ++k) {
            const char* const p = x + (member + step * k) * next;
            v[k] = own.load(p, i);
            // The same class of the rows behind these: the processor does not see the sequence.
            V::prefetch(p + own.bytes(P::kRows));
          }
          scaled_exp<V, P::kAccess>(v, references[i], max_exponent_bits);
          for (int k = 0; k < kOwn; ++k) {
            const int m = member + step * k;
            if (kept) V::store(kept + m * 8 * lanes, v[k]);
            if (excluded.any) {
              const auto number = V::broadcast_bits(static_cast<uint32_t>(at + j + 8 * m));
              v[k] = V::drop(V::equal(V::load_bits(excluded.at + i), number), v[k]);
            }
          }
          return add_vectors<V, kOwn>(v);
        };
        const auto sum = sum_members<V, kCount, 0, 1>(
            sum_of, [](auto a, auto b) LOGITS_INLINED { return V::add(a, b); });
        by_8.add(j, i, sum, at % kChunk == 0);
      }
    });
    const bool ends_chunk = at + kGroup >= classes || (at + kGroup) % kChunk == 0;
    if (ends_chunk && at >= kChunk) sums.add(by_8, at % kChunk + count, lanes);
  }
  sums.total(classes, lanes, totals);
  return max_exponent_bits;
}

// Each lane's largest element (but for the excluded one) and whether the row holds a NaN.
template <int Rows>
struct BundleMax {
  float max[Rows];
  uint32_t argmax[Rows];  // the first class that holds the maximum
  bool nan[Rows];
};

template <class P>
inline void max_of_panels(const P& panels, const ExcludedClasses<P::kRows>& excluded,
                          BundleMax<P::kRows>& found) {
  using V = typename P::Arithmetic::Set;
  const auto lowest = V::broadcast(-P::Arithmetic::infinity());
  for (int i = 0; i < panels.lanes(); i += kPanelRows) {
    auto max = lowest;
    auto argmax = V::broadcast_bits(0);
    auto nans = V::broadcast_bits(0);
    auto number = V::broadcast_bits(0);
    for (int64_t c = 0; c < panels.classes; ++c) {
      auto v = panels.load(c, i);
      nans = V::max_unsigned(nans, nan_bits<V>(v));
      if (excluded.any) {
        v = select_where<V>(V::equal(V::load_bits(excluded.at + i), number), lowest, v);
      }
      const auto above = V::greater(v, max);
      argmax = V::select(above, number, argmax);
      max = select_where<V>(above, v, max);
      number = V::add(number, V::broadcast_bits(1));
    }
    uint32_t bits[kPanelRows];
    V::store(found.max + i, max);
    V::store_bits(found.argmax + i, argmax);
    V::store_bits(bits, nans);
    for (int k = 0; k < kPanelRows; ++k) found.nan[i + k] = bits[k] > kInfinityBits;
  }
}

// solve_row for every lane, each in a reference of its own.
template <class P>
LOGITS_OUTLINE void solve_lanes(const P& panels, const ExcludedClasses<P::kRows>& excluded,
                                float* scaled, BundleSums<P::kRows>& sums) {
  using A = typename P::Arithmetic;
  BundleMax<P::kRows> row_max;
  max_of_panels(panels, none_excluded<P>(), row_max);
  for (int i = 0; i < panels.lanes(); ++i) {
    sums.kinds[i] = RowKind::regular;
    sums.references[i] = {0, 0};
    if (panels.is_active[i] == 0) continue;
    const double max = static_cast<double>(row_max.max[i]);
    sums.kinds[i] = kind_of<A>(RowMax{max, row_max.nan[i]});
    if (sums.kinds[i] == RowKind::regular) sums.references[i] = reference_of(panels.row(i), max);
  }
  sum_panels(panels, excluded, load_references(panels, sums.references), scaled, sums.sum);
  for (int i = 0; i < panels.lanes(); ++i) {
    sums.excluded[i] = 0;
    if (!excluded.any || panels.is_active[i] == 0) continue;
    const auto row = panels.row(i);
    sums.excluded[i] = scaled_exp_of(row, row.value(excluded.at[i]), sums.references[i]);
  }
}

// solve_row for every lane.
template <class V, Access Kind>
inline void solve_bundle(const Panels<V, Kind>& panels, const ExcludedClasses<kStackRows>& excluded,
                         double divisor, int& guess, float* scaled, BundleSums<kStackRows>& sums) {
  const Reference common = {guess, 0};
  const auto references = common_reference(panels, common);
  const auto max_exponent_bits = sum_panels(panels, excluded, references, scaled, sums.sum);
  common_terms(panels, excluded, references[0], sums);
  if (accept(panels, common, divisor, max_exponent_bits, sums)) return;
  sums.uniform = false;
  solve_lanes(panels.general(), excluded, scaled, sums);
  guess = likely_exponent(panels, divisor, sums, guess);
}

// The losses of rows that are near one, from the sums of their other classes in units of their own.
template <class P, int Rows>
LOGITS_OUTLINE void near_one_losses(const P& panels, const ExcludedClasses<Rows>& targets,
                                    const BundleSums<Rows>& sums, double (&losses)[Rows],
                                    double (&one_minus_p)[Rows]) {
  using A = typename P::Arithmetic;
  BundleMax<Rows> others;
  max_of_panels(panels, targets, others);
  Reference references[Rows];
  double target[Rows];
  bool near_one[Rows];
  bool resolved[Rows];
  for (int i = 0; i < panels.lanes(); ++i) {
    const RowSum row = sums[i];
    references[i] = {0, 0};
    near_one[i] = panels.is_active[i] != 0 && is_near_one<A>(row);
    resolved[i] = false;
    if (!near_one[i]) continue;
    target[i] = panels.row(i).value(targets.at[i]);
    resolved[i] = reference_of_others(panels.row(i), static_cast<double>(others.max[i]), target[i],
                                      row.reference, references[i]);
  }
  double sum[Rows];
  sum_panels(panels, targets, load_references(panels, references), nullptr, sum);
  for (int i = 0; i < panels.lanes(); ++i) {
    if (!near_one[i]) continue;
    const TargetLoss loss = resolved[i]
                                ? near_one_loss(panels.row(i), sum[i], references[i], target[i])
                                : TargetLoss{0, 0};
    losses[i] = loss.loss;
    one_minus_p[i] = loss.one_minus_p;
  }
}

// The losses of the targets, which the sums have left out.
template <class V, Access Kind, int Rows>
LOGITS_INLINE void target_losses(const Panels<V, Kind>& panels,
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
  if (near_one) near_one_losses(panels.general(), targets, sums, losses, one_minus_p);
}

}  // namespace logits
