// A bundle: up to kRows rows that are solved together, one lane a row. They lie one after another
// (stack.h) or side by side (panel.h); in both, each lane does what row.h does for that row alone,
// in the same order of additions, so that the bits are the same.
//
// This file holds what does not depend on where the rows lie: the logarithms and factors of all of
// them at once. A bundle P offers
//   Arithmetic            as a row does (elements.h)
//   Row, row(i)           the kind of its rows; one of them
//   kRows, lanes()        the most rows it may have; its own number, rounded up to sixteens
//   value(i, c)           element c of that row, as a float
//   full                  whether all lanes are rows that may be read
//   is_active[i]          all bits where lane i is a row that may be read, else 0
//   classes, inverse      what its rows share
//   is_scaled(), general() as those of a row
#pragma once

#include <cstdint>

#include "../../kernel-table.h"
#include "../../platform/force-inline.h"
#include "../math/exp.h"
#include "../math/log.h"
#include "../math/reference.h"
#include "log-probability.h"
#include "row.h"

namespace logits {

// Lanes of a bundle's arrays: whole vectors of sixteen floats.
static constexpr int kLanesTogether = 16;
// Rows side by side that one vector holds.
static constexpr int kPanelRows = kLanesTogether;
// The most rows one after another: the logarithms of some are computed while those of others wait
// for their operands.
static constexpr int kStackRows = 64;

// A number of vectors, as a type.
template <int Count>
struct Vectors {
  static constexpr int kCount = Count;
};

// A row's outer and inner position.
struct Place {
  int64_t outer;
  int64_t inner;
};

// `count` rows that follow each other: neighbours by outer position, or else by inner position.
struct Batch {
  Place first;
  int64_t row;  // the number of the first
  int count;
  bool along_inner;

  LOGITS_INLINE Place operator[](int i) const {
    return along_inner ? Place{first.outer, first.inner + i} : Place{first.outer + i, first.inner};
  }
};

LOGITS_INLINE int64_t offset_of(const Place& place, int64_t outer_stride) {
  return place.outer * outer_stride + place.inner;
}

// Where the results of a batch of float32 rows begin.
template <class V>
LOGITS_INLINE float* batch_sink(const Output& out, const Batch& batch) {
  return static_cast<float*>(out.data) + offset_of(batch.first, out.outer_stride);
}

// One element excluded from each lane's sum.
template <int Rows>
struct ExcludedClasses {
  uint32_t at[Rows];
  bool any;
};

static constexpr uint32_t kNoneExcluded = 0xffffffff;

template <class P>
LOGITS_INLINE ExcludedClasses<P::kRows> none_excluded() {
  ExcludedClasses<P::kRows> none;
  for (uint32_t& at : none.at) at = kNoneExcluded;
  none.any = false;
  return none;
}

// RowSum (reference.h) for every lane. Lanes that are not active mean nothing.
template <int Rows>
struct BundleSums {
  double sum[Rows];
  double excluded[Rows];
  bool uniform;  // all rows are regular and counted in `common`, whose offset is 0
  Reference common;
  float excluded_element[Rows];  // where uniform
  // Where not:
  RowKind kinds[Rows];
  Reference references[Rows];

  LOGITS_INLINE bool is_regular(int i) const { return uniform || kinds[i] == RowKind::regular; }
  LOGITS_INLINE RowSum operator[](int i) const {
    return {uniform ? RowKind::regular : kinds[i], sum[i], excluded[i],
            uniform ? common : references[i]};
  }
  LOGITS_INLINE void set(int i, const RowSum& row) {
    kinds[i] = row.kind;
    sum[i] = row.sum;
    excluded[i] = row.excluded;
    references[i] = row.reference;
  }
};

// Of a bundle's lanes, all that are rows are active.
template <class P>
LOGITS_INLINE void set_active(P& bundle) {
  bundle.full = bundle.batch.count == bundle.lanes();
  for (int i = 0; i < bundle.lanes(); ++i) {
    bundle.is_active[i] = i < bundle.batch.count ? ~0u : 0u;
  }
}

// Those that `active` says.
template <class P>
LOGITS_INLINE void set_active(P& bundle, const bool (&active)[P::kRows]) {
  bundle.full = true;
  for (int i = 0; i < bundle.lanes(); ++i) {
    bundle.is_active[i] = active[i] ? ~0u : 0u;
    bundle.full = bundle.full && active[i];
  }
}

// The terms of the excluded elements in a reference common to all lanes; 0 where none is excluded.
template <class P>
LOGITS_INLINE void common_terms(const P& bundle, const ExcludedClasses<P::kRows>& excluded_classes,
                                const ReferenceVectors<typename P::Arithmetic>& reference,
                                BundleSums<P::kRows>& sums) {
  using V = typename P::Arithmetic::Set;
  if (!excluded_classes.any) {
    for (int i = 0; i < bundle.lanes(); i += 8) V::store(sums.excluded + i, V::zero());
    return;
  }
  // An array of its own: stores to it cannot change the bundle, which needs no second look.
  const int lanes = bundle.lanes();
  float x[P::kRows];
  for (int i = 0; i < lanes; ++i) {
    const bool active = bundle.full || bundle.is_active[i] != 0;
    x[i] = active ? bundle.value(i, static_cast<int64_t>(excluded_classes.at[i])) : 0;
  }
  for (int i = 0; i < lanes; i += kLanesTogether) {
    typename V::F32 v[1] = {V::load(static_cast<const float*>(x + i))};
    V::store(sums.excluded_element + i, v[0]);
    auto max_exponent_bits = V::broadcast_bits(0);
    scaled_exp<V, P::kAccess>(v, reference, max_exponent_bits);
    V::store(sums.excluded + i, V::widen_low(v[0]));
    V::store(sums.excluded + i + 8, V::widen_high(v[0]));
  }
}

// Whether no lane of the mask is set.
template <class V>
LOGITS_INLINE bool none(typename V::Mask64 mask) {
  return V::all(V::equal(V::select(mask, V::broadcast(1.0), V::zero()), V::zero()));
}

// Whether sums in one reference are good for all lanes; then they are uniform. `max_exponent_bits`
// is what scaled_exp has collected.
//
// A row's largest term is at least the mean of its terms: if that is 2^28, it is within the window.
template <class P>
LOGITS_INLINE bool accept(const P& bundle, const Reference& reference, double divisor,
                          typename P::Arithmetic::Set::I32 max_exponent_bits,
                          BundleSums<P::kRows>& sums) {
  using A = typename P::Arithmetic;
  using V = typename A::Set;
  const double least =
      static_cast<double>(bundle.classes) * power_of_two<A>(A::kHeadroom - A::kWindowBelow);
  for (int i = 0; i < bundle.lanes() && !bundle.full; ++i) {
    const bool active = bundle.is_active[i] != 0;
    sums.sum[i] = active ? sums.sum[i] : least;
    sums.excluded[i] = active ? sums.excluded[i] : 0;
  }
  for (int at = 0; at < bundle.lanes(); at += 8) {
    const auto total = V::add(V::load(sums.sum + at), V::load(sums.excluded + at));
    if (!none<V>(V::greater(V::broadcast(least), total))) return false;
    const auto product = V::mul(total, V::broadcast(divisor));
    if (!none<V>(V::greater(product, V::broadcast(A::kLargestSum)))) return false;
  }
  if (!A::within_window(A::max_lane(max_exponent_bits))) return false;
  sums.uniform = true;
  sums.common = reference;
  return true;
}

// The reference for bundles to come, after one that has not been accepted: in which its rows' sums
// are in the middle of what is.
template <class P>
LOGITS_INLINE int likely_exponent(const P& bundle, double divisor, const BundleSums<P::kRows>& sums,
                                  int guess) {
  using A = typename P::Arithmetic;
  bool any = false;
  int low = 0;
  int high = 0;
  for (int i = 0; i < bundle.lanes(); ++i) {
    if (bundle.is_active[i] == 0 || !sums.is_regular(i)) continue;
    if (sums.references[i].offset != 0) continue;
    const int exponent =
        exponent_of<A>(sums[i].total()) + sums.references[i].exponent - A::kHeadroom;
    low = any && low < exponent ? low : exponent;
    high = any && high > exponent ? high : exponent;
    any = true;
  }
  if (!any) return guess;
  const int least = exponent_of<A>(static_cast<double>(bundle.classes)) + 1 - A::kWindowBelow;
  const int most = exponent_of<A>(A::kLargestSum / divisor) - A::kHeadroom;
  return even_below((low + high - least - (most < A::kWindowAbove ? most : A::kWindowAbove)) / 2);
}

// log sum e^x of every lane, as log_sum (log-probability.h).
template <class P>
LOGITS_INLINE void log_sums(const P& bundle, const BundleSums<P::kRows>& sums,
                            double (&logs)[P::kRows]) {
  using A = typename P::Arithmetic;
  using V = typename A::Set;
  if (!sums.uniform) {
    for (int i = 0; i < bundle.lanes(); ++i) {
      if (bundle.is_active[i] != 0) logs[i] = log_sum(bundle.row(i), sums[i]);
    }
    return;
  }
  for (int at = 0; at < bundle.lanes(); at += 8) {
    const auto total = V::add(V::load(sums.sum + at), V::load(sums.excluded + at));
    const auto log = log_scaled<V>(total, sums.common.exponent - A::kHeadroom);
    // The offset, 0, is added as log_sum does: it turns a -0 into +0.
    V::store(logs + at, V::add(V::add(log.high, log.low), V::zero()));
  }
}

// loss_of_target (log-probability.h) for every lane of uniform sums, and whether one of them is
// near one.
template <class P>
LOGITS_INLINE bool uniform_losses(const P& bundle, const BundleSums<P::kRows>& sums,
                                  double (&losses)[P::kRows], double (&one_minus_p)[P::kRows]) {
  using A = typename P::Arithmetic;
  using V = typename A::Set;
  double own[P::kRows];
  for (int i = 0; i < bundle.lanes(); ++i) {
    own[i] = static_cast<double>(sums.excluded_element[i]);
    if (bundle.is_scaled()) own[i] = A::quotient(own[i], bundle.inverse).high;
  }
  bool near_one = false;
  for (int at = 0; at < bundle.lanes(); at += 8) {
    const auto others = V::load(sums.sum + at);
    const auto term = V::load(sums.excluded + at);
    const auto total = V::add(others, term);
    // log1p(others / term) where the target is the likelier half, log(total) - x where it is not:
    // one logarithm of what is asked for.
    const auto ratio = V::div(others, term);
    const auto is_lesser = V::greater(others, term);
    const auto is_large = V::greater(ratio, V::broadcast(kSqrt2Minus1));
    const auto power = static_cast<double>(sums.common.exponent - A::kHeadroom);
    auto parts = decompose<V>(V::select(is_lesser, total, V::add(V::broadcast(1.0), ratio)), 0);
    parts.power = V::add(parts.power, V::select(is_lesser, V::broadcast(power), V::zero()));
    parts.u = V::select(is_large, parts.u, ratio);
    parts.power = V::select(is_large, parts.power, V::zero());
    const auto log = parts.log();
    const auto distance = V::select(is_lesser, V::load(own + at), V::zero());
    const auto loss = V::add(V::sub(log.high, distance), log.low);
    V::store(losses + at, loss);
    V::store(one_minus_p + at, V::div(others, total));
    const auto least = V::mul(term, V::broadcast(A::kNearOneShare));
    near_one = near_one || !none<V>(V::greater(least, others));
  }
  return near_one;
}

// Factors as the two floats of FactorVectors (scale.h).
template <class V, int Rows>
LOGITS_INLINE void split_factors(const double (&factor)[Rows], int lanes, float (&high)[Rows],
                                 float (&low)[Rows]) {
  for (int i = 0; i < lanes; i += kLanesTogether) {
    const auto first = V::load(factor + i);
    const auto second = V::load(factor + i + 8);
    const auto rounded = V::narrow(first, second);
    V::store(high + i, rounded);
    V::store(low + i, V::narrow(V::sub(first, V::widen_low(rounded)),
                                V::sub(second, V::widen_high(rounded))));
  }
}

}  // namespace logits
