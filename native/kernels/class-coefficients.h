// The coefficients a[c] of a row's negative log-probabilities (ClassLoss in ../kernel-table.h) that
// every class has, and the sums that they need besides that of the exponentials:
//
//   loss = sum of a[c] (log sum e^x - x[c])
//        = A (log sum e^x - x[r]) + sum of a[c] (x[r] - x[c])        A: the sum of all a[c]
//
// with r, the pivot, the class that the row's sum leaves out. The difference keeps its precision in
// float64, and nothing cancels where r is the likeliest class: ../NUMERICS.md, 4.2.
#pragma once

#include <cstdint>

#include "../force-inline.h"
#include "../kernel-table.h"
#include "elements.h"

namespace logits {

// b[c] = weight[c] * (keep * q[c] + spread): all of a[c] with class probabilities q, and the evenly
// spread part of it with a class index (then q is 0).
template <class V>
struct Coefficients {
  AnyRow<V> probabilities;  // data is null without
  const double* weight;     // null: 1 each
  double keep;
  double spread;

  LOGITS_OUTLINE typename V::F64 load(int64_t at, int count) const {
    auto b = V::broadcast(spread);
    if (probabilities.data != nullptr) {
      b = V::add(V::mul(probabilities.load(at, count), V::broadcast(keep)), b);
    }
    if (weight != nullptr) {
      double lanes[8];
      if (count < 8) gather<V>(lanes, weight + at, 1, count);
      b = V::mul(b, V::load(count < 8 ? lanes : weight + at));
    }
    return b;
  }
  LOGITS_INLINE double value(int64_t at) const { return first_lane<V>(load(at, 1)); }
};

// No class has a coefficient but the target.
template <class V>
struct NoLinearTerms {
  struct Sums {
    static constexpr bool kIsNothing = true;

    template <class R>
    LOGITS_INLINE void add_group(const R&, int64_t, int64_t, int64_t) {}
    LOGITS_INLINE LinearSums total() const { return {0, 0}; }
  };
  LOGITS_INLINE Sums start(double) const { return {}; }
};

template <class V>
struct LinearTerms {
  const Coefficients<V>& coefficients;

  struct Sums {
    static constexpr bool kIsNothing = false;

    const Coefficients<V>& coefficients;
    typename V::F64 pivot;
    typename V::F64 weight;
    typename V::F64 product;

    // Elements first .. first + count - 1, count <= 64, without the one at first + excluded. A
    // coefficient of 0 removes its term, an infinite distance included.
    template <class R>
    LOGITS_OUTLINE void add_group(const R& row, int64_t first, int64_t count, int64_t excluded) {
      typename V::F64 weights[8];
      typename V::F64 products[8];
      for (int k = 0; k < 8; ++k) {
        const int64_t at = 8 * k;
        const int lanes = static_cast<int>(count - at < 8 ? count - at : 8);
        weights[k] = products[k] = V::zero();
        if (lanes <= 0) continue;
        auto b = keep_first<V>(coefficients.load(first + at, lanes), lanes);
        if (excluded >= at && excluded < at + 8) b = drop_lane<V>(b, excluded - at);
        const auto distance = V::sub(pivot, row.load_doubles(first + at, lanes));
        weights[k] = b;
        products[k] = times<V>(b, distance);
      }
      weight = V::add(weight, fold_group<V>(weights));
      product = V::add(product, fold_group<V>(products));
    }
    LOGITS_INLINE LinearSums total() const {
      return {fold_lanes<V>(weight), fold_lanes<V>(product)};
    }
  };
  LOGITS_INLINE Sums start(double pivot) const {
    return {coefficients, V::broadcast(pivot), V::zero(), V::zero()};
  }
};

}  // namespace logits
