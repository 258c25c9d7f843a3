// A bundle of rows that lie one after another in memory, each of them short: what a row costs
// beside its elements is shared by all of them.
#pragma once

#include <cstdint>

#include "../../platform/force-inline.h"
#include "bundle.h"
#include "scale.h"

namespace logits {

// Terms that are kept for the second pass stay within the smallest L1 cache.
static constexpr int64_t kStackFloats = 4096;

template <class V, Access Kind>
struct Stack {
  using Arithmetic = Single<V>;
  using Row = FloatRow<V, Kind>;
  static constexpr Access kAccess = Kind;
  static constexpr int kRows = kStackRows;
  static constexpr bool kIsStack = true;

  Row first;
  int64_t outer_stride;
  Batch batch;
  int64_t classes;
  Pair inverse;
  bool full;
  uint32_t is_active[kStackRows];

  LOGITS_INLINE float value(int i, int64_t c) const {
    return static_cast<float>(first.value(i * outer_stride + c));
  }
  LOGITS_INLINE int lanes() const {
    return (batch.count + kLanesTogether - 1) / kLanesTogether * kLanesTogether;
  }
  // Whether all of its rows are, however many lanes they leave idle.
  LOGITS_INLINE bool all_active() const {
    bool all = true;
    for (int i = 0; i < batch.count && !full; ++i) all = all && is_active[i] != 0;
    return all;
  }
  LOGITS_INLINE bool is_scaled() const { return is_scaled_by<Kind>(inverse); }
  LOGITS_INLINE Row row(int i) const { return first.from(i * outer_stride); }
  // Where the result of class c in row i is, from the batch's first.
  LOGITS_INLINE int64_t offset(int i, int64_t c, int64_t outer_stride) const {
    return i * outer_stride + c;
  }
  // All terms fit: rows_in_scratch sees to it.
  LOGITS_INLINE float* scratch(float* memory) const { return memory; }
  // From one row's kept terms to the next one's: whole vectors fit behind its end.
  LOGITS_INLINE int64_t row_stride() const { return (classes + 15) / 16 * 16; }
};

// sum_partial_group (row.h) for `Rows` rows at once, whose elements fill `Count` vectors, the last
// one in part or whole; `Stored` keeps whole vectors, each row's `row_stride` behind the one
// before. Where an element may be Excluded, but not within these, `excluded` is none of their
// numbers.
template <bool Stored, bool Excluded, int Count, class V, Access Kind, int Rows>
LOGITS_INLINE void sum_vectors(const FloatRow<V, Kind> (&row)[Rows], int64_t first, int64_t count,
                               const int64_t (&excluded)[Rows],
                               const ReferenceVectors<Single<V>>& reference,
                               typename V::I32& max_exponent_bits, float* scaled,
                               int64_t row_stride, typename V::F64 (&sums)[Rows]) {
  const int last = static_cast<int>(count) - 16 * (Count - 1);
  typename V::F32 v[Rows * Count];
  for (int i = 0; i < Rows; ++i) {
    for (int k = 0; k < Count - 1; ++k) v[i * Count + k] = row[i].load(first + 16 * k);
    const int64_t at = first + 16 * (Count - 1);
    // Terms of the lowest would, times a factor, be subnormal, which is slow.
    v[i * Count + Count - 1] =
        Stored ? row[i].load(at, last) : row[i].load(at, last, reference.lowest);
  }
  scaled_exp<V, Kind>(v, reference, max_exponent_bits);
  for (int i = 0; i < Rows; ++i) {
    typename V::F32* y = v + i * Count;
    if constexpr (Stored) {
      for (int k = 0; k < Count; ++k) V::store(scaled + i * row_stride + first + 16 * k, y[k]);
    }
    if constexpr (Excluded) {
      for (int k = 0; k < Count; ++k) y[k] = drop_lane<V>(y[k], excluded[i], 16u * k);
    }
    y[Count - 1] = keep_first<V>(y[Count - 1], last);
    sums[i] = V::fold(add_vectors<V, Count>(y));
  }
}

// The eight sums of a row of at most one chunk, as sum_chunk (row.h) makes them.
template <bool Stored, bool Excluded, class V, Access Kind>
LOGITS_INLINE typename V::F64 sum_short_row(const FloatRow<V, Kind>& row, int64_t classes,
                                            int64_t excluded,
                                            const ReferenceVectors<Single<V>>& reference,
                                            typename V::I32& max_exponent_bits, float* scaled) {
  // Up to here it costs less to look for the excluded element in each vector than to mistake, in
  // every other row, the group that has it.
  static constexpr int64_t kFewClasses = 2 * kGroup;
  auto sums = V::zero();
  int64_t at = 0;
  const FloatRow<V, Kind> rows[1] = {row};
  typename V::F64 sum[1];
  for (; classes - at >= kGroup; at += kGroup) {
    row.prefetch(at, kGroup);
    const bool may_exclude =
        Excluded && (classes <= kFewClasses || (excluded >= at && excluded < at + kGroup));
    if (may_exclude) {
      sum_vectors<Stored, true, 4>(rows, at, kGroup, {excluded - at}, reference, max_exponent_bits,
                                   scaled, 0, sum);
      sums = V::add(sums, sum[0]);
    } else {
      sums = V::add(sums, sum_group<FloatRow<V, Kind>, Stored>(row, at, reference,
                                                               max_exponent_bits, scaled));
    }
  }
  const int64_t count = classes - at;
  if (count == 0) return sums;
  row.prefetch(at, static_cast<int>(count));
  const auto last = [&](auto vectors) {
    sum_vectors<Stored, Excluded, decltype(vectors)::kCount>(
        rows, at, count, {excluded - at}, reference, max_exponent_bits, scaled, 0, sum);
  };
  if (count > 48) {
    last(Vectors<4>());
  } else if (count > 32) {
    last(Vectors<3>());
  } else if (count > 16) {
    last(Vectors<2>());
  } else {
    last(Vectors<1>());
  }
  return V::add(sums, sum[0]);
}

// Rows of so few classes that several of them are what the processor can have under way.
template <bool Stored, bool Excluded, int Rows, int Count, class V, Access Kind>
LOGITS_INLINE void sum_rows_at_once(const Stack<V, Kind>& stack, int first,
                                    const ExcludedClasses<kStackRows>& excluded_classes,
                                    const ReferenceVectors<Single<V>>& reference,
                                    typename V::I32& max_exponent_bits, float* scaled,
                                    double (&sums_by_8)[kStackRows][8]) {
  FloatRow<V, Kind> rows[Rows];
  int64_t excluded[Rows];
  typename V::F64 sums[Rows];
  for (int i = 0; i < Rows; ++i) {
    rows[i] = stack.row(first + i);
    excluded[i] = static_cast<int64_t>(excluded_classes.at[first + i]);
  }
  rows[0].prefetch(0, Rows * static_cast<int>(stack.classes));
  float* const kept = scaled ? scaled + first * stack.row_stride() : nullptr;
  sum_vectors<Stored, Excluded, Count>(rows, 0, stack.classes, excluded, reference,
                                       max_exponent_bits, kept, stack.row_stride(), sums);
  for (int i = 0; i < Rows; ++i) V::store(sums_by_8[first + i], sums[i]);
}

// Sums all rows in one reference; false where that is not good for one of them.
template <bool Stored, bool Excluded, class V, Access Kind>
inline bool sum_stack(const Stack<V, Kind>& stack,
                      const ExcludedClasses<kStackRows>& excluded_classes, double divisor,
                      int guess, float* scaled, BundleSums<kStackRows>& sums) {
  const Reference reference = {guess, 0};
  const auto vectors = broadcast_reference(stack.first, reference);
  auto max_exponent_bits = V::broadcast_bits(0);
  const int64_t row_stride = stack.row_stride();
  // Folded in a loop of their own, where rows do not wait for one another.
  double sums_by_8[kStackRows][8];
  const bool all_active = stack.all_active();
  int done = 0;
  if (all_active && stack.classes <= 16) {
    for (; done + 4 <= stack.batch.count; done += 4) {
      sum_rows_at_once<Stored, Excluded, 4, 1>(stack, done, excluded_classes, vectors,
                                               max_exponent_bits, scaled, sums_by_8);
    }
  } else if (all_active && stack.classes <= 32) {
    for (; done + 2 <= stack.batch.count; done += 2) {
      sum_rows_at_once<Stored, Excluded, 2, 2>(stack, done, excluded_classes, vectors,
                                               max_exponent_bits, scaled, sums_by_8);
    }
  }
  for (int i = done; i < stack.batch.count; ++i) {
    if (stack.is_active[i] == 0) continue;
    V::store(sums_by_8[i],
             sum_short_row<Stored, Excluded>(
                 stack.row(i), stack.classes, static_cast<int64_t>(excluded_classes.at[i]), vectors,
                 max_exponent_bits, scaled ? scaled + i * row_stride : nullptr));
  }
  for (int i = 0; i < stack.lanes() && !stack.full; ++i) {
    if (stack.is_active[i] == 0) V::store(sums_by_8[i], V::zero());
  }
  for (int i = 0; i < stack.lanes(); i += 8) {
    typename V::F64 rows[8];
    for (int k = 0; k < 8; ++k) rows[k] = V::load(static_cast<const double*>(sums_by_8[i + k]));
    V::store(sums.sum + i, V::totals(rows));
  }
  common_terms(stack, excluded_classes, vectors, sums);
  return accept(stack, reference, divisor, max_exponent_bits, sums);
}

// solve_row for every row of a stack.
template <class V, Access Kind>
LOGITS_INLINE void solve_bundle(const Stack<V, Kind>& stack,
                                const ExcludedClasses<kStackRows>& excluded_classes, double divisor,
                                int& guess, float* scaled, BundleSums<kStackRows>& sums) {
  const auto sum = scaled ? (excluded_classes.any ? sum_stack<true, true, V, Kind>
                                                  : sum_stack<true, false, V, Kind>)
                          : (excluded_classes.any ? sum_stack<false, true, V, Kind>
                                                  : sum_stack<false, false, V, Kind>);
  if (sum(stack, excluded_classes, divisor, guess, scaled, sums)) return;
  sums.uniform = false;
  int own_guess = guess;
  for (int i = 0; i < stack.batch.count; ++i) {
    if (stack.is_active[i] == 0) continue;
    const int64_t excluded =
        excluded_classes.any ? static_cast<int64_t>(excluded_classes.at[i]) : -1;
    float* terms = scaled ? scaled + i * stack.row_stride() : nullptr;
    sums.set(i,
             solve_row(stack.row(i), stack.classes, excluded, divisor, own_guess, terms, nullptr));
  }
  guess = likely_exponent(stack, divisor, sums, guess);
}

// The losses of the targets, which the sums have left out.
template <class V, Access Kind>
LOGITS_INLINE void target_losses(const Stack<V, Kind>& stack,
                                 const ExcludedClasses<kStackRows>& targets,
                                 const BundleSums<kStackRows>& sums, double (&losses)[kStackRows],
                                 double (&one_minus_p)[kStackRows]) {
  const bool near_one = sums.uniform && uniform_losses(stack, sums, losses, one_minus_p);
  if (sums.uniform && !near_one) return;
  for (int i = 0; i < stack.batch.count; ++i) {
    if (stack.is_active[i] == 0) continue;
    if (sums.uniform && !is_near_one<Single<V>>(sums[i])) continue;
    const TargetLoss loss = loss_in_row(stack.row(i), stack.classes, targets.at[i], sums[i]);
    losses[i] = loss.loss;
    one_minus_p[i] = loss.one_minus_p;
  }
}

// Whether a stack's results are one block of memory, all of which is written.
template <class V, Access Kind>
LOGITS_INLINE bool is_block(const Stack<V, Kind>& stack, const Output& out) {
  return stack.all_active() && out.outer_stride == stack.classes;
}

// write(rows) with the memory that a bundle's results are written to, a row every out.outer_stride
// elements: where they belong or, if they are a block that passes the caches by, scratch memory,
// from where they leave as one.
template <class V, Access Kind, class Write>
LOGITS_INLINE void write_results(const Stack<V, Kind>& stack, const Output& out, float* scratch,
                                 Write write) {
  float* const sink = batch_sink<V>(out, stack.batch);
  const bool streams = V::kStreams && out.streams && is_block(stack, out);
  write(streams ? scratch : sink);
  if (!streams) return;
  write_elements<Single<V>>(
      Sink<V, float>{sink, true}, 0, stack.batch.count * stack.classes,
      [&](int64_t at, int count) { return load_scaled<V>(scratch + at, count); });
}

// out[c] = e^x[c] * factor for every row from the terms kept in `scaled`, and `at_excluded` for the
// class that its sum has left out; NaN throughout where a row is not regular. Rows that are not
// active are left alone.
template <class V, Access Kind>
LOGITS_INLINE void write_bundle(const Stack<V, Kind>& stack, const Output& out,
                                const BundleSums<kStackRows>& sums,
                                const double (&factor)[kStackRows], float* scaled,
                                const ExcludedClasses<kStackRows>& excluded,
                                const double* at_excluded) {
  float high[kStackRows];
  float low[kStackRows];
  split_factors<V>(factor, stack.lanes(), high, low);
  const bool all_active = stack.all_active();
  const bool all_regular = sums.uniform;
  // A row's last vector may run over into the next row, which is written after it.
  const bool runs_over = is_block(stack, out);
  const int64_t whole = stack.classes / 16 * 16;
  const int rest = static_cast<int>(stack.classes - whole);
  // In scratch memory, results take the place of the terms, which are never behind them.
  write_results(stack, out, scaled, [&](float* first) {
    for (int i = 0; i < stack.batch.count; ++i) {
      if (!all_active && stack.is_active[i] == 0) continue;
      float* row = first + i * out.outer_stride;
      if (!all_regular && sums.kinds[i] != RowKind::regular) {
        fill_row_with_nan<Single<V>>(Sink<V, float>{row, false}, stack.classes);
        continue;
      }
      const FactorVectors<Single<V>> factors = {V::broadcast(high[i]), V::broadcast(low[i])};
      const float* terms = scaled + i * stack.row_stride();
      for (int64_t at = 0; at < whole; at += 16) {
        V::store(row + at, factors.times(V::load(terms + at)));
      }
      if (rest > 0) {
        const auto last = factors.times(V::load(terms + whole));
        if (runs_over && (stack.batch.count - i) * stack.classes >= whole + 16) {
          V::store(row + whole, last);
        } else {
          store_first<V>(row + whole, last, rest);
        }
      }
      if (excluded.any) row[excluded.at[i]] = static_cast<float>(at_excluded[i]);
    }
  });
}

template <class V, Access Kind>
LOGITS_INLINE Stack<V, Kind> make_stack(const Input& input, const Pair& inverse,
                                        const Batch& batch) {
  Stack<V, Kind> stack;
  stack.outer_stride = input.layout.outer_stride;
  stack.first = FloatRow<V, Kind>::of(input, inverse, offset_of(batch.first, stack.outer_stride));
  stack.batch = batch;
  stack.classes = input.layout.classes;
  stack.inverse = inverse;
  set_active(stack);
  return stack;
}

// Rows of a stack whose terms are kept.
LOGITS_INLINE int rows_in_scratch(int64_t classes) {
  const int64_t row_stride = (classes + 15) / 16 * 16;
  const int64_t rows = kStackFloats / row_stride;
  if (rows >= kStackRows) return kStackRows;
  const int count = static_cast<int>(rows);
  return count < kLanesTogether ? count : count / kLanesTogether * kLanesTogether;
}

}  // namespace logits
