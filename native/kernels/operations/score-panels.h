// score for rows side by side, one lane a row: what scan.h and score-row.h do for one row, with the
// same bits. All rows are regular and counted in one reference.
#pragma once

#include <cstdint>
#include <type_traits>

#include "../../kernel-table.h"
#include "../../platform/force-inline.h"
#include "../rows/panel.h"
#include "../rows/solve-panels.h"
#include "../rows/stack.h"
#include "score-row.h"

namespace logits {

// The rows of a bundle side by side in `memory`, as float32. Lanes that may not be read are 0.
template <class V, Access Kind>
LOGITS_INLINE Panels<V, Kind> side_by_side(const Stack<V, Kind>& bundle, float* memory) {
  Panels<V, Kind> panels;
  panels.batch = bundle.batch;
  panels.x = memory;
  panels.element = Element::float32;
  panels.classes = bundle.classes;
  panels.stride = kStackRows;
  panels.inverse = bundle.inverse;
  panels.full = bundle.full;
  for (int i = 0; i < bundle.lanes(); ++i) {
    panels.is_active[i] = bundle.is_active[i];
    for (int64_t c = 0; c < bundle.classes; ++c) {
      memory[c * kStackRows + i] = bundle.is_active[i] != 0 ? bundle.value(i, c) : 0;
    }
  }
  return panels;
}

// What a look at the elements finds in each lane.
template <int Rows>
struct ScannedLanes {
  float largest[Rows];
  float second[Rows];      // the largest of the others; -inf without any
  uint32_t classes[Rows];  // the first with the largest
  uint32_t ranks[Rows];
};

// Classes below `split` count for a rank where they are not below the target, the others where they
// are above it, as in ScanRequest (scan.h).
template <class P, int Rows>
LOGITS_INLINE void scan_panel(const P& panels, int first, const float (&target)[Rows],
                              const uint32_t (&split)[Rows], ScannedLanes<Rows>& scan) {
  using V = typename P::Arithmetic::Set;
  auto largest = V::broadcast(-P::Arithmetic::infinity());
  auto second = largest;
  auto classes = V::broadcast_bits(0);
  const auto targets = V::load(static_cast<const float*>(target + first));
  const auto splits = V::load_bits(split + first);
  auto ranks = splits;
  for (int64_t c = 0; c < panels.classes; ++c) {
    const auto v = panels.load(c, first);
    const auto number = V::broadcast_bits(static_cast<uint32_t>(c));
    const auto is_larger = V::greater(v, largest);
    second = V::max(second, select_where<V>(is_larger, largest, v));
    classes = V::select(is_larger, number, classes);
    largest = select_where<V>(is_larger, v, largest);
    const auto is_before = V::greater_signed(splits, number);
    const auto is_counted =
        V::greater(select_where<V>(is_before, targets, v), select_where<V>(is_before, v, targets));
    const auto change = V::select(is_before, V::broadcast_bits(~0u), V::broadcast_bits(1));
    ranks = V::add(ranks, V::select(is_counted, change, V::broadcast_bits(0)));
  }
  V::store(scan.largest + first, largest);
  V::store(scan.second + first, second);
  V::store_bits(scan.classes + first, classes);
  V::store_bits(scan.ranks + first, ranks);
}

// The most classes a row that are sorted in lanes.
static constexpr int64_t kMostSortedLanes = 8;

// The largest elements of each lane in order, of equal ones those of lower classes first.
template <int Rows>
struct SortedLanes {
  float values[kMostSortedLanes][Rows];
  uint32_t classes[kMostSortedLanes][Rows];
};

// By insertion: an element passes those that it is larger than. Most are larger than none.
template <class P, int Rows>
LOGITS_INLINE void sort_panel(const P& panels, int first, int64_t top, SortedLanes<Rows>& sorted) {
  using V = typename P::Arithmetic::Set;
  typename V::F32 values[kMostSortedLanes];
  typename V::I32 classes[kMostSortedLanes];
  for (int64_t k = 0; k < top; ++k) {
    values[k] = V::broadcast(-P::Arithmetic::infinity());
    classes[k] = V::broadcast_bits(kNoneExcluded);
  }
  for (int64_t c = 0; c < panels.classes; ++c) {
    const auto v = panels.load(c, first);
    const auto number = V::broadcast_bits(static_cast<uint32_t>(c));
    auto is_larger = V::greater(v, values[top - 1]);
    if (V::unset(is_larger) == 0xffff) continue;
    for (int64_t k = top - 1; k > 0; --k) {
      const auto passes = V::greater(v, values[k - 1]);
      values[k] = select_where<V>(passes, values[k - 1], select_where<V>(is_larger, v, values[k]));
      classes[k] = V::select(passes, classes[k - 1], V::select(is_larger, number, classes[k]));
      is_larger = passes;
    }
    values[0] = select_where<V>(is_larger, v, values[0]);
    classes[0] = V::select(is_larger, number, classes[0]);
  }
  for (int64_t k = 0; k < top; ++k) {
    V::store(sorted.values[k] + first, values[k]);
    V::store_bits(sorted.classes[k] + first, classes[k]);
  }
}

// Spread (score-row.h) of each row.
template <class P, int Rows>
LOGITS_OUTLINE void spread_of_panels(const P& panels, const ExcludedClasses<Rows>& targets,
                                     const BundleSums<Rows>& sums, const float (&largest)[Rows],
                                     double (&distance)[Rows], double (&squares)[Rows]) {
  using A = typename P::Arithmetic;
  using V = typename A::Set;
  float inverse_total[Rows];
  float most[Rows];
  float least[Rows];
  for (int i = 0; i < panels.lanes(); ++i) {
    const auto numbers = spread_numbers<A>(panels.inverse, panels.is_scaled(),
                                           static_cast<double>(largest[i]), sums[i].total());
    inverse_total[i] = numbers.inverse_total;
    most[i] = numbers.most;
    least[i] = numbers.least;
  }
  const auto references = common_reference(panels, sums.common);
  auto unused = V::broadcast_bits(0);
  PanelSums<P> distances_by_8;
  PanelSums<P> squares_by_8;
  for (int64_t at = 0; at < panels.classes; at += kGroup) {
    const int64_t count = panels.classes - at < kGroup ? panels.classes - at : kGroup;
    for_each_members(count, [&](auto vectors, int j) {
      constexpr int kCount = decltype(vectors)::kCount;
      for (int i = 0; i < panels.lanes(); i += kPanelRows) {
        const SpreadLanes<A> spread = {V::load(static_cast<const float*>(inverse_total + i)),
                                       V::load(static_cast<const float*>(most + i)),
                                       V::load(static_cast<const float*>(least + i))};
        const auto target = V::load_bits(targets.at + i);
        struct Parts {
          typename V::F32 distance;
          typename V::F32 squares;
        };
        const auto parts_of = [&](auto some, int member, int step) LOGITS_INLINED {
          constexpr int kOwn = decltype(some)::kCount;
          typename V::F32 p[kOwn];
          typename V::F32 x[kOwn];
          const int64_t first = at + j + 8 * member;
          for (int k = 0; k < kOwn; ++k) p[k] = x[k] = panels.load(first + 8 * step * k, i);
          scaled_exp<V, P::kAccess>(p, references[i], unused);
          for (int k = 0; k < kOwn; ++k) {
            const auto number = V::broadcast_bits(static_cast<uint32_t>(first + 8 * step * k));
            p[k] = V::mul(p[k], spread.inverse_total);
            x[k] = V::mul(p[k], spread.distance(x[k], panels.inverse, panels.is_scaled()));
            p[k] = V::drop(V::equal(target, number), V::mul(p[k], p[k]));
          }
          return Parts{add_vectors<V, kOwn>(x), add_vectors<V, kOwn>(p)};
        };
        const Parts parts = sum_members<V, kCount, 0, 1>(
            parts_of, [](const Parts& a, const Parts& b) LOGITS_INLINED {
              return Parts{V::add(a.distance, b.distance), V::add(a.squares, b.squares)};
            });
        distances_by_8.add(j, i, parts.distance, at == 0);
        squares_by_8.add(j, i, parts.squares, at == 0);
      }
    });
  }
  distances_by_8.total(panels.classes, panels.lanes(), distance);
  squares_by_8.total(panels.classes, panels.lanes(), squares);
}

// x - log sum e^x of an element of each row.
template <class P, int Rows>
LOGITS_INLINE void log_probs_of(const P& panels, const BundleSums<Rows>& sums,
                                const float (&x)[Rows], double (&log_probs)[Rows]) {
  using A = typename P::Arithmetic;
  using V = typename A::Set;
  double own[Rows];
  for (int i = 0; i < panels.lanes(); ++i) {
    own[i] = panels.row(i).scaled(static_cast<double>(x[i])).high;
  }
  for (int at = 0; at < panels.lanes(); at += 8) {
    const auto total = V::add(V::load(sums.sum + at), V::load(sums.excluded + at));
    const auto log = log_scaled<V>(total, sums.common.exponent - A::kHeadroom);
    const auto distance = V::sub(log.high, V::load(static_cast<const double*>(own + at)));
    V::store(log_probs + at, V::sub(V::zero(), V::add(distance, log.low)));
  }
}

// log p of each row's likeliest class, from the sum of the others where it holds more than half.
template <class P, int Rows>
LOGITS_INLINE void log_probs_of_largest(const P& panels, const ExcludedClasses<Rows>& targets,
                                        const BundleSums<Rows>& sums, const double (&losses)[Rows],
                                        const ScannedLanes<Rows>& scan, int guess,
                                        double (&log_probs)[Rows]) {
  log_probs_of(panels, sums, scan.largest, log_probs);
  ExcludedClasses<Rows> likeliest;
  likeliest.any = false;
  for (int i = 0; i < panels.lanes(); ++i) {
    likeliest.at[i] = scan.classes[i];
    if (panels.is_active[i] == 0) continue;
    if (targets.any && scan.classes[i] == targets.at[i]) {
      log_probs[i] = 0 - losses[i];
    } else {
      likeliest.any = likeliest.any || !(log_probs[i] < kLogHalf);
    }
  }
  if (!likeliest.any) return;
  BundleSums<Rows> others;
  double losses_of_likeliest[Rows];
  double unused[Rows];
  solve_bundle(panels, likeliest, 1.0, guess, nullptr, others);
  target_losses(panels, likeliest, others, losses_of_likeliest, unused);
  for (int i = 0; i < panels.lanes(); ++i) {
    if (!(log_probs[i] < kLogHalf)) log_probs[i] = 0 - losses_of_likeliest[i];
  }
}

// Results of a bundle's rows, one each; null: not wanted.
template <class V, int Rows>
LOGITS_INLINE void store_numbers(const ScoreCall& call, void* results, const Batch& batch,
                                 const double (&numbers)[Rows]) {
  if (results == nullptr) return;
  const Sink<V, void> sink = {results, call.double_results, 1};
  for (int i = 0; i < batch.count; i += 8) {
    sink.store(batch.row + i, V::load(numbers + i), batch.count - i < 8 ? batch.count - i : 8);
  }
}

// The likeliest classes of a bundle's rows, as store_top (score-row.h) stores them.
template <class P, int Rows>
LOGITS_OUTLINE void store_sorted(const ScoreCall& call, const P& panels,
                                 const BundleSums<Rows>& sums, const float (&largest)[Rows],
                                 const double (&of_largest)[Rows]) {
  using V = typename P::Arithmetic::Set;
  const ScoreSinks<V> sinks(call, 0);
  SortedLanes<Rows> sorted;
  for (int i = 0; i < panels.lanes(); i += kPanelRows) sort_panel(panels, i, call.top, sorted);
  int64_t next[Rows] = {};  // the class from which on one of -inf is looked for
  for (int64_t k = 0; k < call.top; ++k) {
    double log_probs[Rows];
    log_probs_of(panels, sums, sorted.values[k], log_probs);
    for (int i = 0; i < panels.batch.count; ++i) {
      if (panels.is_active[i] == 0) continue;
      uint32_t& own = sorted.classes[k][i];
      for (; own == kNoneExcluded && next[i] < panels.classes; ++next[i]) {
        if (panels.value(i, next[i]) == sorted.values[k][i]) own = static_cast<uint32_t>(next[i]);
      }
      const int64_t at = (panels.batch.row + i) * call.top + k;
      if (call.top_classes) call.top_classes[at] = static_cast<int32_t>(own);
      const bool is_largest = sorted.values[k][i] == largest[i];
      sinks.store(call.top_log_probs, at, is_largest ? of_largest[i] : log_probs[i]);
    }
  }
}

// What store_scores stores, for all rows of panels.
template <class V, Access Kind, int Rows>
inline void store_panels(const ScoreCall& call, const Panels<V, Kind>& panels,
                         const ExcludedClasses<Rows>& targets, const BundleSums<Rows>& sums,
                         double (&logs)[Rows], double (&losses)[Rows], double (&one_minus_p)[Rows],
                         int guess) {
  const Batch& batch = panels.batch;
  const int lanes = panels.lanes();
  float target[Rows] = {};
  uint32_t split[Rows];
  for (int i = 0; i < lanes; ++i) {
    const bool has_target = targets.any && panels.is_active[i] != 0;
    if (has_target) target[i] = panels.value(i, static_cast<int64_t>(targets.at[i]));
    split[i] = call.ties == Ties::max ? static_cast<uint32_t>(panels.classes) : 0;
    if (has_target && call.ties == Ties::index) split[i] = targets.at[i];
  }
  ScannedLanes<Rows> scan;
  for (int i = 0; i < lanes; i += kPanelRows) scan_panel(panels, i, target, split, scan);
  double of_largest[Rows];
  log_probs_of_largest(panels, targets, sums, losses, scan, guess, of_largest);

  const auto reference = broadcast_reference(panels.row(0), sums.common);
  double confidences[Rows];
  double entropies[Rows] = {};
  double squares[Rows] = {};
  double margins[Rows];
  for (int i = 0; i < lanes; i += kPanelRows) {
    auto unused = V::broadcast_bits(0);
    typename V::F32 term[1] = {V::load(static_cast<const float*>(scan.largest + i))};
    scaled_exp<V, Kind>(term, reference, unused);
    V::store(confidences + i, V::widen_low(term[0]));
    V::store(confidences + i + 8, V::widen_high(term[0]));
  }
  for (int i = 0; i < lanes; ++i) confidences[i] /= sums[i].total();
  if (call.entropies || call.square_distances) {
    spread_of_panels(panels, targets, sums, scan.largest, entropies, squares);
  }
  int32_t classes[Rows];
  for (int i = 0; i < lanes; ++i) {
    const bool active = panels.is_active[i] != 0;
    classes[i] = active ? static_cast<int32_t>(scan.classes[i]) : -1;
    scan.ranks[i] += split[i] == static_cast<uint32_t>(panels.classes) ? 0 : 1;
    margins[i] =
        panels.row(i)
            .scaled(static_cast<double>(scan.largest[i]) - static_cast<double>(scan.second[i]))
            .high;
    entropies[i] -= of_largest[i];
    squares[i] += one_minus_p[i] * one_minus_p[i];
    losses[i] = 0 - losses[i];
    if (active) continue;
    scan.ranks[i] = 0;
    logs[i] = of_largest[i] = losses[i] = entropies[i] = 0;
    margins[i] = confidences[i] = squares[i] = 0;
  }
  for (int i = 0; i < batch.count; ++i) {
    if (call.predictions) call.predictions[batch.row + i] = classes[i];
    if (call.ranks) call.ranks[batch.row + i] = static_cast<int32_t>(scan.ranks[i]);
  }
  store_numbers<V>(call, call.log_sum_exps, batch, logs);
  store_numbers<V>(call, call.max_log_probs, batch, of_largest);
  store_numbers<V>(call, call.log_probs, batch, losses);
  store_numbers<V>(call, call.entropies, batch, entropies);
  store_numbers<V>(call, call.margins, batch, margins);
  store_numbers<V>(call, call.confidences, batch, confidences);
  store_numbers<V>(call, call.square_distances, batch, squares);
  if (call.top > 0) store_sorted(call, panels, sums, scan.largest, of_largest);
  for (int i = 0; i < batch.count && call.ids_per_row > 0; ++i) {
    if (panels.is_active[i] == 0) continue;
    const auto row = panels.row(i);
    const RowSum solved = sums[i];
    store_id_log_probs(call, batch.row + i,
                       ClassLogProbs<std::decay_t<decltype(row)>>{
                           row, solved, static_cast<double>(scan.largest[i]), of_largest[i]});
  }
}

}  // namespace logits
