// Sums over one row, in the lanes of its arithmetic: the first of an operation's two passes.
//
//   solve_row(x, excluded, guess):                      one sum, whatever the operation
//     N = guess                                         a power of two, (1)
//     for each chunk of 16384, each group of 64:        (2)
//       y[i] = 2^-N e^x[i]                              scaled_exp, 16 or 8 lanes at a time
//       y[excluded] = 0                                 (3)
//       eight_sums += y added by strides 32, 16 and 8
//       observer.add_group(x[group])                    (4)
//     if an exponent or the sum is outside the window:  (1)
//       N = that of max(x); sum again                   a NaN or infinite max: no sum
//     return kind, sum, y[excluded], N
//
//   write_terms (scale.h), the second pass:  out[i] = y[i] * factor
//
// 1. Terms are counted in units of a power of two, not of e^max: no pass for the maximum, and no
//    rounding of x - max (../NUMERICS.md, 2 and 3). Any N within the window gives the same bits, so
//    that the row before may be asked for it; few rows are summed twice.
// 2. The order of additions is part of every result's definition, on all instruction sets alike:
//    the 8 sums of a group are added to 8 float64 sums, group after group; these start anew with
//    each chunk, and chunks are added in order; last come the 8 sums: ((0+4)+(2+6)) +
//    ((1+5)+(3+7)). Terms in float32 are added in float32 within a group; terms in float64 are
//    added to compensated sums. Threads may compute chunks in any order.
// 3. The sum leaves out the target, whose loss log1p(others / target) would else cancel
//    (log-probability.h). Its group alone is summed with a look at each lane.
// 4. What else is read off the elements is read while they are in the caches.
#pragma once

#include <cstdint>

#include "../../kernel-table.h"
#include "../../platform/force-inline.h"
#include "../math/exp-double.h"
#include "../math/exp.h"
#include "../math/lanes.h"
#include "../math/reference.h"
#include "elements.h"
#include "team.h"

namespace logits {

static constexpr int64_t kGroup = 64;
static constexpr int64_t kChunk = 16384;
// From this length on, a look at the first elements for a reference costs next to nothing.
static constexpr int64_t kLongRow = 8192;
static constexpr int64_t kProbe = 1024;

// A GroupObserver sees a row's elements in the pass that sums them, group by group in ascending
// order: add_group(row, first, count, excluded) gets elements first .. first + count - 1, at most
// 64, of which the one at first + excluded, if it is among them, has been left out of the sum. The
// first pass alone is seen; where a row is summed again in another reference, it is not. This one
// looks at nothing.
struct NoObserver {
  static constexpr bool kSeesNothing = true;

  template <class R>
  LOGITS_INLINE void add_group(const R&, int64_t, int64_t, int64_t) {}
};

// Eight float64 sums of what groups leave.
template <class A>
struct GroupSums;

template <class V>
struct GroupSums<Single<V>> {
  typename V::F64 sums = V::zero();

  LOGITS_INLINE void add(typename V::F64 v) { sums = V::add(sums, v); }
  LOGITS_INLINE void add(const GroupSums& chunk) { add(chunk.sums); }
  LOGITS_INLINE double total() const { return fold_lanes<V>(sums); }
};

// With the rounding errors of the additions kept (Knuth's two-sum), since a thousand terms
// of float64 would lose the promised precision.
template <class V>
struct GroupSums<Double<V>> {
  typename V::F64 sums = V::zero();
  typename V::F64 errors = V::zero();

  LOGITS_INLINE void add(typename V::F64 v) {
    const auto sum = V::add(sums, v);
    const auto added = V::sub(sum, sums);
    errors = V::add(errors, V::add(V::sub(sums, V::sub(sum, added)), V::sub(v, added)));
    sums = sum;
  }
  LOGITS_INLINE void add(const GroupSums& chunk) {
    add(chunk.sums);
    errors = V::add(errors, chunk.errors);
  }
  // An infinite sum has no error but NaN.
  LOGITS_INLINE double total() const {
    return fold_lanes<V>(V::select(V::equal(errors, errors), V::add(sums, errors), sums));
  }
};

template <class R>
LOGITS_INLINE ReferenceVectors<typename R::Arithmetic> broadcast_reference(
    const R& row, const Reference& reference) {
  using A = typename R::Arithmetic;
  using V = typename A::Set;
  using Lane = typename A::Lane;
  double lowest = lowest_of<A>(reference);
  ReferenceVectors<A> vectors = {};
  vectors.magic = V::broadcast(magic_of<A>(reference));
  vectors.offset = V::broadcast(static_cast<Lane>(reference.offset));
  vectors.is_shifted = reference.offset != 0;
  vectors.is_scaled = row.is_scaled();
  if (row.is_scaled()) {
    lowest = A::lowest_element(lowest, row.inverse);
    vectors.inverse_high = V::broadcast(static_cast<Lane>(row.inverse.high));
    vectors.inverse_low = V::broadcast(static_cast<Lane>(row.inverse.low));
  }
  vectors.lowest = V::broadcast(static_cast<Lane>(lowest));
  return vectors;
}

// scaled_exp of one number, by the same instructions.
template <class R>
LOGITS_INLINE double scaled_exp_of(const R& row, double x, const Reference& reference) {
  using A = typename R::Arithmetic;
  using V = typename A::Set;
  typename A::Vector v[1] = {V::broadcast(static_cast<typename A::Lane>(x))};
  auto max_exponent_bits = V::broadcast_bits(0);
  scaled_exp<V, Access::typed>(v, broadcast_reference(row.general(), reference), max_exponent_bits);
  typename A::Lane lanes[A::kLanes];
  V::store(lanes, v[0]);
  return static_cast<double>(lanes[0]);
}

// The 64 terms from element `at` on; `Stored` keeps them in scaled[at ...].
template <class R, bool Stored>
LOGITS_INLINE auto sum_group(const R& row, int64_t at,
                             const ReferenceVectors<typename R::Arithmetic>& reference,
                             typename R::Arithmetic::Set::I32& max_exponent_bits,
                             typename R::Arithmetic::Lane* scaled) {
  using A = typename R::Arithmetic;
  using V = typename A::Set;
  constexpr int kVectors = kGroup / A::kLanes;
  constexpr int kStep = kVectors / V::kInterleave;
  typename A::Vector y[kVectors];
  for (int first = 0; first < kStep; ++first) {
    typename A::Vector v[V::kInterleave];
    for (int k = 0; k < V::kInterleave; ++k) {
      v[k] = row.load(at + A::kLanes * (first + k * kStep));
    }
    scaled_exp<V, R::kAccess>(v, reference, max_exponent_bits);
    for (int k = 0; k < V::kInterleave; ++k) {
      const int vector = first + k * kStep;
      if constexpr (Stored) V::store(scaled + at + A::kLanes * vector, v[k]);
      y[vector] = v[k];
    }
  }
  return fold_group<V>(y);
}

// The same group with only `count` (1..64) elements present, or one of them excluded from the sum
// (`excluded` outside 0..63 excludes none): those terms are +0.
template <class R, bool Stored>
LOGITS_INLINE auto sum_partial_group(const R& row, int64_t first, int64_t count, int64_t excluded,
                                     const ReferenceVectors<typename R::Arithmetic>& reference,
                                     typename R::Arithmetic::Set::I32& max_exponent_bits,
                                     typename R::Arithmetic::Lane* scaled) {
  using A = typename R::Arithmetic;
  using V = typename A::Set;
  typename A::Vector y[kGroup / A::kLanes];
  for (int k = 0; k < kGroup / A::kLanes; ++k) {
    const int64_t at = A::kLanes * k;
    const int lanes = static_cast<int>(count - at < A::kLanes ? count - at : A::kLanes);
    if (lanes <= 0) {
      y[k] = V::broadcast(typename A::Lane{0});
      continue;
    }
    typename A::Vector v[1] = {row.load(first + at, lanes)};
    scaled_exp<V, R::kAccess>(v, reference, max_exponent_bits);
    y[k] = keep_first<V>(v[0], lanes);
    if constexpr (Stored) store_first<V>(scaled + first + at, v[0], lanes);
    if (excluded >= at && excluded < at + A::kLanes) y[k] = drop_lane<V>(y[k], excluded - at);
  }
  return fold_group<V>(y);
}

template <class A>
struct RawRowSum {
  double sum;
  typename A::MaxExponentBits max_exponent_bits;  // see scaled_exp
};

// The sums of one chunk, elements at .. end - 1.
template <class R, bool Stored, class O>
LOGITS_INLINE GroupSums<typename R::Arithmetic> sum_chunk(
    const R& row, int64_t at, int64_t end, int64_t excluded,
    const ReferenceVectors<typename R::Arithmetic>& reference,
    typename R::Arithmetic::Set::I32& max_exponent_bits, typename R::Arithmetic::Lane* scaled,
    O& observer) {
  GroupSums<typename R::Arithmetic> sums;
  for (; at < end; at += kGroup) {
    // Whole groups up to the one that is not, in a loop of their own.
    const int64_t limit = excluded >= at && excluded < end ? excluded : end;
    const int64_t whole_end = at + (limit - at) / kGroup * kGroup;
    for (; at < whole_end; at += kGroup) {
      row.prefetch(at, kGroup);
      sums.add(sum_group<R, Stored>(row, at, reference, max_exponent_bits, scaled));
      observer.add_group(row, at, kGroup, -1);
    }
    if (at == end) break;
    const int64_t count = end - at < kGroup ? end - at : kGroup;
    sums.add(sum_partial_group<R, Stored>(row, at, count, excluded - at, reference,
                                          max_exponent_bits, scaled));
    observer.add_group(row, at, count, excluded - at);
  }
  return sums;
}

// The chunks of a row in order; `observer` sees the same groups.
template <class R, bool Stored, class O>
inline RawRowSum<typename R::Arithmetic> sum_row_alone(const R& row, int64_t classes,
                                                       int64_t excluded, const Reference& reference,
                                                       typename R::Arithmetic::Lane* scaled,
                                                       O& observer) {
  using A = typename R::Arithmetic;
  using V = typename A::Set;
  const ReferenceVectors<A> vectors = broadcast_reference(row, reference);
  auto max_exponent_bits = V::broadcast_bits(0);
  GroupSums<A> total;
  for (int64_t chunk = 0; chunk < classes; chunk += kChunk) {
    const int64_t end = classes - chunk < kChunk ? classes : chunk + kChunk;
    total.add(sum_chunk<R, Stored>(row, chunk, end, excluded, vectors, max_exponent_bits, scaled,
                                   observer));
  }
  return {total.total(), A::max_lane(max_exponent_bits)};
}

// The same by a team: chunks in any order, their sums in theirs.
template <class R>
LOGITS_OUTLINE RawRowSum<typename R::Arithmetic> sum_row_by_team(const R& row, int64_t classes,
                                                                 int64_t excluded,
                                                                 const Reference& reference,
                                                                 const Team& team) {
  using A = typename R::Arithmetic;
  using V = typename A::Set;
  static constexpr int kMostChunks = 128;
  GroupSums<A> sums[kMostChunks];
  typename V::I32 max_exponent_bits[kMostChunks];
  const ReferenceVectors<A> vectors = broadcast_reference(row, reference);
  auto all_bits = V::broadcast_bits(0);
  GroupSums<A> total;
  for (int64_t first = 0; first < classes; first += kMostChunks * kChunk) {
    const int64_t left = (classes - first + kChunk - 1) / kChunk;
    const int64_t count = left < kMostChunks ? left : kMostChunks;
    for_each_part<V>(&team, count, [&](int64_t i) {
      const int64_t at = first + i * kChunk;
      const int64_t end = classes - at < kChunk ? classes : at + kChunk;
      NoObserver none;
      auto most = V::broadcast_bits(0);
      sums[i] = sum_chunk<R, false>(row, at, end, excluded, vectors, most, nullptr, none);
      max_exponent_bits[i] = most;
    });
    for (int64_t i = 0; i < count; ++i) {
      total.add(sums[i]);
      all_bits = V::max_unsigned(all_bits, max_exponent_bits[i]);
    }
  }
  return {total.total(), A::max_lane(all_bits)};
}

template <class R, class O>
LOGITS_INLINE RawRowSum<typename R::Arithmetic> sum_row(const R& row, int64_t classes,
                                                        int64_t excluded,
                                                        const Reference& reference,
                                                        typename R::Arithmetic::Lane* scaled,
                                                        const Team* team, O& observer) {
  if (O::kSeesNothing && team != nullptr && scaled == nullptr && classes > kChunk) {
    return sum_row_by_team(row, classes, excluded, reference, *team);
  }
  return scaled ? sum_row_alone<R, true>(row, classes, excluded, reference, scaled, observer)
                : sum_row_alone<R, false>(row, classes, excluded, reference, scaled, observer);
}

// Which lanes of v are NaN, as a value that max_unsigned collects: above kInfinityBits if any is.
template <class V>
LOGITS_INLINE typename V::I32 nan_bits(typename V::F32 v) {
  return V::bit_and(V::bits(v), V::broadcast_bits(kMagnitudeBits));
}
template <class V>
LOGITS_INLINE typename V::I32 nan_bits(typename V::F64 v) {
  // A NaN's own bits may look like any number's in their lower half: ask for inequality.
  return V::bits(V::select(V::equal(v, v), V::zero(), V::broadcast(double_of<V>(kNanBitsF64))));
}

template <class R>
inline RowMax max_of_row(const R& row, int64_t classes) {
  using A = typename R::Arithmetic;
  using V = typename A::Set;
  using Lane = typename A::Lane;
  auto max = V::broadcast(static_cast<Lane>(-double_of<V>(kInfinityBitsF64)));
  auto nans = V::broadcast_bits(0);
  for (int64_t at = 0; at < classes; at += A::kLanes) {
    const auto v =
        classes - at >= A::kLanes ? row.load(at) : row.load(at, static_cast<int>(classes - at));
    max = V::max(max, v);
    nans = V::max_unsigned(nans, nan_bits<V>(v));
  }
  Lane lanes[A::kLanes];
  V::store(lanes, max);
  Lane most = lanes[0];
  for (int i = 1; i < A::kLanes; ++i) most = lanes[i] > most ? lanes[i] : most;
  uint32_t bits[16];
  V::store_bits(bits, nans);
  bool nan = false;
  for (const uint32_t word : bits) nan = nan || word > kInfinityBits;
  return {static_cast<double>(most), nan};
}

template <class R>
LOGITS_INLINE RowMax max_of_row(const R& row, int64_t classes, const Team* team) {
  using V = typename R::Arithmetic::Set;
  if (team == nullptr || classes <= kChunk) return max_of_row(row, classes);
  static constexpr int kParts = 64;
  RowMax row_maxima[kParts];
  const int64_t step = ((classes - 1) / kParts / kGroup + 1) * kGroup;
  const int64_t count = (classes - 1) / step + 1;
  for_each_part<V>(team, count, [&](int64_t i) {
    const int64_t at = i * step;
    row_maxima[i] = max_of_row(row.from(at), classes - at < step ? classes - at : step);
  });
  RowMax whole = row_maxima[0];
  for (int64_t i = 1; i < count; ++i) {
    if (row_maxima[i].max > whole.max) whole.max = row_maxima[i].max;
    whole.nan = whole.nan || row_maxima[i].nan;
  }
  return whole;
}

// The first element that is not below `max`, the row's maximum; the last one if another thread has
// meanwhile overwritten it (shared memory), so that the walk ends inside the row.
template <class R>
LOGITS_INLINE int64_t find_max(const R& row, int64_t classes, double max) {
  using A = typename R::Arithmetic;
  using V = typename A::Set;
  const auto limit = V::broadcast(static_cast<typename A::Lane>(max));
  int64_t at = 0;
  while (at + A::kLanes <= classes && V::all(V::greater(limit, row.load(at)))) at += A::kLanes;
  while (at < classes - 1 && row.value(at) < max) ++at;
  return at < classes ? at : classes - 1;
}

template <class R>
LOGITS_INLINE int64_t find_max(const R& row, int64_t classes) {
  return find_max(row, classes, max_of_row(row, classes).max);
}

// The reference of a regular row with this maximum.
template <class R>
LOGITS_INLINE Reference reference_of(const R& row, double max) {
  return reference_for<typename R::Arithmetic>(max, row.scaled(max).high);
}

// Sums a row in the reference of its maximum.
template <class R>
LOGITS_OUTLINE RowSum solve_row_by_max(const R& row, int64_t classes, int64_t excluded,
                                       double excluded_logit, typename R::Arithmetic::Lane* scaled,
                                       const Team* team) {
  const RowMax row_max = max_of_row(row, classes, team);
  const RowKind kind = kind_of<typename R::Arithmetic>(row_max);
  if (kind != RowKind::regular) return {kind, 0, 0, {0, 0}};
  const Reference reference = reference_of(row, row_max.max);
  NoObserver none;
  const double sum =
      (reference.offset == 0
           ? sum_row(row, classes, excluded, reference, scaled, team, none)
           : sum_row(row.general(), classes, excluded, reference, scaled, team, none))
          .sum;
  const double term = excluded >= 0 ? scaled_exp_of(row, excluded_logit, reference) : 0;
  return {RowKind::regular, sum, term, reference};
}

// Sums a row. `guess` is the exponent to try first; it becomes the one used, a good guess for the
// next row. `divisor` is what the sum is going to be multiplied by before it divides. What the
// observer has seen means nothing in a row that is not regular.
template <class R, class O>
inline RowSum solve_row(const R& row, int64_t classes, int64_t excluded, double divisor, int& guess,
                        typename R::Arithmetic::Lane* scaled, const Team* team, O& observer) {
  using A = typename R::Arithmetic;
  const bool excludes = excluded >= 0;
  if (classes >= kLongRow) {
    const RowMax probe = max_of_row(row, kProbe);
    if (kind_of<A>(probe) == RowKind::regular) {
      const Reference likely = reference_of(row, probe.max);
      if (likely.offset == 0) guess = likely.exponent;
    }
  }
  Reference reference = {guess, 0};
  const double excluded_logit = excludes ? row.value(excluded) : 0;
  auto raw = sum_row(row, classes, excluded, reference, scaled, team, observer);
  double term = excludes ? scaled_exp_of(row, excluded_logit, reference) : 0;
  if (!A::within_window(raw.max_exponent_bits) || !((raw.sum + term) * divisor <= A::kLargestSum)) {
    const RowSum solved = solve_row_by_max(row, classes, excluded, excluded_logit, scaled, team);
    if (solved.reference.offset == 0 && solved.kind == RowKind::regular) {
      guess = solved.reference.exponent;
    }
    return solved;
  }
  if (reference.offset == 0) guess = reference.exponent;
  return {RowKind::regular, raw.sum, term, reference};
}

template <class R>
LOGITS_INLINE RowSum solve_row(const R& row, int64_t classes, int64_t excluded, double divisor,
                               int& guess, typename R::Arithmetic::Lane* scaled, const Team* team) {
  NoObserver none;
  return solve_row(row, classes, excluded, divisor, guess, scaled, team, none);
}

}  // namespace logits
