// A bundle of rows that lie one after another in memory, each of them short: what a row costs
// beside its elements is shared by all of them.
#pragma once

#include <cstdint>

#include "../force-inline.h"
#include "bundle.h"
#include "row-loop.h"
#include "scale.h"

namespace logits {

// The most classes of a row in a stack.
static constexpr int64_t kMostStackClasses = 1024;
// Terms that are kept for the second pass stay within the smallest L1 cache.
static constexpr int64_t kStackFloats = 4096;

template <class R>
struct Stack {
  using Arithmetic = typename R::Arithmetic;
  using Row = R;
  static constexpr bool kScaled = R::kScaled;

  const Rows<R>& rows;
  Batch batch;
  int64_t classes;
  uint32_t is_active[kBundleRows];

  LOGITS_INLINE R row(int i) const { return rows[batch[i]]; }
  // Where the result of class c in row i is, from the batch's first.
  LOGITS_INLINE int64_t offset(int i, int64_t c, int64_t outer_stride) const {
    return i * outer_stride + c;
  }
  // All terms fit: for_each_stack sees to it.
  LOGITS_INLINE float* scratch(float* memory) const { return memory; }
  // From one row's kept terms to the next one's: whole vectors fit behind its end.
  LOGITS_INLINE int64_t pitch() const { return (classes + 15) / 16 * 16; }
};

template <class R>
LOGITS_INLINE void set_active(Stack<R>& stack, const bool (&active)[kBundleRows]) {
  for (int i = 0; i < kBundleRows; ++i) stack.is_active[i] = active[i] ? 1 : 0;
}

// scaled_exp of any number of vectors, as many side by side as the instruction set takes.
template <class V, bool Scaled, int Count>
LOGITS_INLINE void scaled_exp_of_all(typename V::F32 (&v)[Count],
                                     const ReferenceVectors<Single<V>>& reference,
                                     typename V::I32& largest) {
  constexpr int kStep = V::kInterleave;
  if constexpr (Count <= kStep) {
    scaled_exp<V, false, Scaled>(v, reference, largest);
  } else {
    typename V::F32 first[kStep];
    typename V::F32 rest[Count - kStep];
    for (int k = 0; k < kStep; ++k) first[k] = v[k];
    for (int k = kStep; k < Count; ++k) rest[k - kStep] = v[k];
    scaled_exp<V, false, Scaled>(first, reference, largest);
    scaled_exp_of_all<V, Scaled>(rest, reference, largest);
    for (int k = 0; k < kStep; ++k) v[k] = first[k];
    for (int k = kStep; k < Count; ++k) v[k] = rest[k - kStep];
  }
}

// sum_partial_group (row.h) for elements that fill `Count` vectors, the last one in part or whole;
// `Stored` keeps whole vectors.
template <class R, bool Stored, int Count>
LOGITS_INLINE typename R::Arithmetic::Set::F64 sum_vectors(
    const R& row, int64_t first, int64_t count, int64_t excluded,
    const ReferenceVectors<typename R::Arithmetic>& reference,
    typename R::Arithmetic::Set::I32& largest, float* scaled) {
  using V = typename R::Arithmetic::Set;
  const int last = static_cast<int>(count) - 16 * (Count - 1);
  typename V::F32 v[Count];
  for (int k = 0; k < Count - 1; ++k) v[k] = row.load(first + 16 * k);
  v[Count - 1] = row.load(first + 16 * (Count - 1), last);
  scaled_exp_of_all<V, R::kScaled>(v, reference, largest);
  typename V::F32 y[4];
  for (int k = 0; k < 4; ++k) y[k] = k < Count ? v[k < Count ? k : 0] : V::broadcast(0.0f);
  if constexpr (Stored) {
    for (int k = 0; k < Count; ++k) V::store(scaled + first + 16 * k, v[k]);
  }
  y[Count - 1] = keep_first<V>(y[Count - 1], last);
  if (excluded >= 0 && excluded < count) {
    for (int k = 0; k < Count; ++k) y[k] = drop_lane<V>(y[k], excluded - 16 * k);
  }
  return fold_group<V>(y);
}

// sum_row_as (row.h) for a row of at most one chunk.
template <class R, bool Stored>
LOGITS_INLINE double sum_short_row(const R& row, int64_t classes, int64_t excluded,
                                   const ReferenceVectors<typename R::Arithmetic>& reference,
                                   typename R::Arithmetic::Set::I32& largest, float* scaled) {
  using V = typename R::Arithmetic::Set;
  auto sums = V::zero();
  int64_t at = 0;
  while (classes - at >= kGroup) {
    if (excluded >= at && excluded < at + kGroup) {
      sums = V::add(sums, sum_vectors<R, Stored, 4>(row, at, kGroup, excluded - at, reference,
                                                    largest, scaled));
    } else {
      sums = V::add(sums, sum_group<R, false, Stored>(row, at, reference, largest, scaled));
    }
    at += kGroup;
  }
  const int64_t count = classes - at;
  if (count > 48) {
    sums = V::add(
        sums, sum_vectors<R, Stored, 4>(row, at, count, excluded - at, reference, largest, scaled));
  } else if (count > 32) {
    sums = V::add(
        sums, sum_vectors<R, Stored, 3>(row, at, count, excluded - at, reference, largest, scaled));
  } else if (count > 16) {
    sums = V::add(
        sums, sum_vectors<R, Stored, 2>(row, at, count, excluded - at, reference, largest, scaled));
  } else if (count > 0) {
    sums = V::add(
        sums, sum_vectors<R, Stored, 1>(row, at, count, excluded - at, reference, largest, scaled));
  }
  return fold_lanes<V>(sums);
}

// Sums all rows in one reference; false where that is not good for one of them.
template <class S, bool Stored>
LOGITS_INLINE bool sum_stack(const S& stack, const Exclusion& exclusion, double divisor, int guess,
                             float* scaled, BundleSums& sums) {
  using A = typename S::Arithmetic;
  using V = typename A::Set;
  const Reference reference = {guess, 0};
  const ReferenceVectors<A> vectors = broadcast_reference(stack.row(0), reference);
  auto largest = V::broadcast_bits(0);
  const int64_t pitch = stack.pitch();
  for (int i = 0; i < stack.batch.count; ++i) {
    if (stack.is_active[i] == 0) continue;
    const int64_t excluded = exclusion.any ? static_cast<int64_t>(exclusion.at[i]) : -1;
    sums.sum[i] = sum_short_row<typename S::Row, Stored>(stack.row(i), stack.classes, excluded,
                                                         vectors, largest, scaled + i * pitch);
  }
  common_terms(stack, exclusion, vectors, sums.excluded);
  if (!A::within_window(A::largest_lane(largest))) return false;
  // A row's largest term is at least the mean of its terms: one that its sum lets be 2^28 is within
  // the window.
  const double least =
      static_cast<double>(stack.classes) * power_of_two<A>(A::kHeadroom - A::kWindowBelow);
  for (int i = 0; i < stack.batch.count; ++i) {
    if (stack.is_active[i] == 0) continue;
    const double total = sums.sum[i] + sums.excluded[i];
    if (!(total >= least) || !(total * divisor <= A::kLargestSum)) return false;
  }
  for (int i = 0; i < kBundleRows; ++i) {
    if (i < stack.batch.count && stack.is_active[i] != 0) continue;
    sums.sum[i] = 1;
    sums.excluded[i] = 1;
  }
  set_uniform<A>(sums, reference);
  return true;
}

// solve_row for every row of a stack.
template <class R>
LOGITS_INLINE void solve_bundle(const Stack<R>& stack, const Exclusion& exclusion, double divisor,
                                int& guess, float* scaled, BundleSums& sums) {
  const bool done =
      scaled ? sum_stack<Stack<R>, true>(stack, exclusion, divisor, guess, scaled, sums)
             : sum_stack<Stack<R>, false>(stack, exclusion, divisor, guess, scaled, sums);
  if (done) return;
  sums.uniform = false;
  for (int i = 0; i < stack.batch.count; ++i) {
    if (stack.is_active[i] == 0) continue;
    const int64_t excluded = exclusion.any ? static_cast<int64_t>(exclusion.at[i]) : -1;
    float* terms = scaled ? scaled + i * stack.pitch() : nullptr;
    sums.set(i, solve_row(stack.row(i), stack.classes, excluded, divisor, guess, terms, nullptr));
  }
}

// The losses of the targets, which the sums have left out.
template <class R>
LOGITS_INLINE void target_losses(const Stack<R>& stack, const Exclusion& targets,
                                 const BundleSums& sums, double (&losses)[kBundleRows],
                                 double (&complements)[kBundleRows]) {
  const bool confident = sums.uniform && uniform_losses(stack, targets, sums, losses, complements);
  if (sums.uniform && !confident) return;
  for (int i = 0; i < stack.batch.count; ++i) {
    if (stack.is_active[i] == 0) continue;
    if (sums.uniform && !is_confident<typename R::Arithmetic>(sums[i])) continue;
    const TargetLoss loss = loss_in_row(stack.row(i), stack.classes, targets.at[i], sums[i]);
    losses[i] = loss.loss;
    complements[i] = loss.complement;
  }
}

// out[c] = e^x[c] * factor for every row from the terms kept in `scaled`; NaN throughout where a
// row is not regular. Rows that are not active are left alone.
template <class R>
LOGITS_INLINE void write_bundle(const Stack<R>& stack, const Output& out, const BundleSums& sums,
                                const double (&factor)[kBundleRows], const float* scaled) {
  using A = typename R::Arithmetic;
  using V = typename A::Set;
  float high[kBundleRows];
  float low[kBundleRows];
  split_factors<V>(factor, high, low);
  // A row's last vector may run over into the next row, which is written after it.
  bool runs_over = out.outer_stride == stack.classes;
  for (int i = 0; i < stack.batch.count; ++i) runs_over = runs_over && stack.is_active[i] != 0;
  for (int i = 0; i < stack.batch.count; ++i) {
    if (stack.is_active[i] == 0) continue;
    float* row = batch_sink<V>(out, stack.batch) + i * out.outer_stride;
    if (sums.kind[i] != RowKind::regular) {
      fill_row_with_nan<A>(FloatSink<V>{row}, stack.classes);
      continue;
    }
    const FactorVectors<A> factors = {V::broadcast(high[i]), V::broadcast(low[i])};
    const float* terms = scaled + i * stack.pitch();
    const int64_t room = runs_over ? (stack.batch.count - i) * stack.classes : stack.classes;
    int64_t at = 0;
    for (; at < stack.classes && at + 16 <= room; at += 16) {
      V::store(row + at, factors.times(V::load(terms + at)));
    }
    if (at < stack.classes) {
      const int count = static_cast<int>(stack.classes - at);
      store_first<V>(row + at, factors.times(V::load(terms + at)), count);
    }
  }
}

// on_stack(stack) for the short rows of a batch, `most` together. All rows are active.
template <class R, class OnStack>
LOGITS_INLINE void for_each_stack(const Rows<R>& rows, const Batch& batch, int64_t classes,
                                  int most, OnStack on_stack) {
  for (int first = 0; first < batch.count; first += most) {
    const int count = batch.count - first < most ? batch.count - first : most;
    Stack<R> stack = {rows, {batch[first], batch.row + first, count, false}, classes, {}};
    for (int i = 0; i < kBundleRows; ++i) stack.is_active[i] = i < count ? 1 : 0;
    on_stack(stack);
  }
}

// Whether rows of kind R are solved in stacks.
template <class R>
LOGITS_INLINE bool are_stacked(int64_t classes) {
  return R::kStacks && classes <= kMostStackClasses;
}

// Rows of a stack whose terms are kept.
LOGITS_INLINE int kept_rows(int64_t classes) {
  const int64_t pitch = (classes + 15) / 16 * 16;
  const int64_t rows = kStackFloats / pitch;
  return rows > kBundleRows ? kBundleRows : static_cast<int>(rows);
}

}  // namespace logits
