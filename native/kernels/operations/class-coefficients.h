// The coefficients a[c] of a row's negative log-probabilities (ClassLoss in kernel-table.h) that
// every class has, and the sums that they need besides that of the exponentials:
//
//   loss = sum of a[c] (log sum e^x - x[c])
//        = A (log sum e^x - x[r]) + sum of a[c] (x[r] - x[c])        A: the sum of all a[c]
//
// with r, the reference class, the class that the row's sum leaves out. The difference keeps its
// precision in float64, and nothing cancels where r is the likeliest class: ../NUMERICS.md, 4.2.
#pragma once

#include <cstdint>

#include "../../kernel-table.h"
#include "../../platform/force-inline.h"
#include "../rows/double-elements.h"

namespace logits {

// b[c] = weight[c] * (keep * q[c] + spread): all of a[c] with class probabilities q, and the evenly
// spread part of it with a class index (then q is 0).
template <class V>
struct Coefficients {
  DoubleRow<V> probabilities;  // data is null without
  const double* weight;        // null: 1 each
  double keep;
  double spread;

  // One coefficient for all classes.
  LOGITS_INLINE bool is_constant() const { return probabilities.data == nullptr && !weight; }
  // Float32 class probabilities that are neighbours in memory, and no weights.
  LOGITS_INLINE bool is_contiguous() const {
    return probabilities.data != nullptr && probabilities.is_float() && !weight;
  }
  LOGITS_INLINE DoubleRow<V, float, false> contiguous_probabilities() const {
    return {static_cast<const float*>(probabilities.data), Element::float32, 1, 0, {1, 0}};
  }
  // Those of eight classes with the probabilities q, before the weights.
  LOGITS_INLINE typename V::F64 of(typename V::F64 q) const {
    return V::add(V::mul(q, V::broadcast(keep)), V::broadcast(spread));
  }
  LOGITS_INLINE typename V::F64 load(int64_t at, int count) const {
    if (is_constant()) return V::broadcast(spread);
    return is_contiguous() ? of(contiguous_probabilities().load(at, count)) : load_any(at, count);
  }
  LOGITS_INLINE double value(int64_t at) const {
    return is_constant() ? spread : first_lane<V>(load_any(at, 1));
  }

 private:
  LOGITS_OUTLINE typename V::F64 load_any(int64_t at, int count) const {
    auto b = V::broadcast(spread);
    if (probabilities.data != nullptr) b = of(probabilities.load(at, count));
    if (weight != nullptr) b = V::mul(b, load_8<V>(weight + at, 1, count));
    return b;
  }
};

// Sums of a row's linear terms: ../NUMERICS.md, 4.2. Both without the class r.
struct LinearSums {
  double weight;   // sum of a[c]
  double product;  // sum of a[c] (x[r] - x[c]), before the temperature divides
};

// A GroupObserver (row.h) that adds them.
template <class V>
class LinearTerms {
 public:
  static constexpr bool kSeesNothing = false;

  // `reference_logit` is x[r].
  LOGITS_INLINE LinearTerms(const Coefficients<V>& coefficients, double reference_logit)
      : coefficients_(coefficients), reference_logit_(V::broadcast(reference_logit)) {}

  // A coefficient of 0 removes its term, an infinite distance included.
  template <class R>
  LOGITS_OUTLINE void add_group(const R& row, int64_t first, int64_t count, int64_t excluded) {
    bool done = false;
    if (coefficients_.is_constant()) {
      const auto b = V::broadcast(coefficients_.spread);
      done = add_plain(row, first, count, excluded, [&](int64_t, int) { return b; });
    } else if (coefficients_.is_contiguous()) {
      done = add_plain(row, first, count, excluded, [&](int64_t at, int lanes) {
        return coefficients_.of(coefficients_.contiguous_probabilities().load(at, lanes));
      });
    }
    if (done) return;
    add<false>(row, first, count, excluded,
               [&](int64_t at, int lanes) { return coefficients_.load(at, lanes); });
  }
  LOGITS_INLINE LinearSums total() const {
    return {fold_lanes<V>(weight_), fold_lanes<V>(product_)};
  }

 private:
  // With plain products. They are those of `times` unless one of them is NaN: then nothing is
  // added, and the result is false.
  template <class R, class Load>
  LOGITS_INLINE bool add_plain(const R& row, int64_t first, int64_t count, int64_t excluded,
                               Load load) {
    const bool is_whole = count == 64 && (excluded < 0 || excluded >= 64);
    return is_whole ? add<true>(row, first, 64, -1, load)
                    : add<true>(row, first, count, excluded, load);
  }
  template <bool Plain, class R, class Load>
  LOGITS_INLINE bool add(const R& row, int64_t first, int64_t count, int64_t excluded, Load load) {
    typename V::F64 weights[8];
    typename V::F64 products[8];
    for (int k = 0; k < 8; ++k) {
      const int64_t at = 8 * k;
      const int lanes = static_cast<int>(count - at < 8 ? count - at : 8);
      weights[k] = products[k] = V::zero();
      if (lanes <= 0) continue;
      auto b = load(first + at, lanes);
      if (lanes < 8) b = keep_first<V>(b, lanes);
      if (excluded >= at && excluded < at + 8) b = drop_lane<V>(b, excluded - at);
      const auto distance = V::sub(reference_logit_, row.load_doubles(first + at, lanes));
      weights[k] = b;
      products[k] = Plain ? V::mul(b, distance) : times<V>(b, distance);
    }
    const auto sum = fold_group<V>(products);
    if (Plain && !V::all(V::equal(sum, sum))) return false;
    weight_ = V::add(weight_, fold_group<V>(weights));
    product_ = V::add(product_, sum);
    return true;
  }

  const Coefficients<V>& coefficients_;
  const typename V::F64 reference_logit_;
  typename V::F64 weight_ = V::zero();
  typename V::F64 product_ = V::zero();
};

// The linear sums of a short row.
template <class V, class R>
LOGITS_INLINE LinearSums linear_sums(const R& row, int64_t classes, int64_t excluded,
                                     const Coefficients<V>& coefficients) {
  LinearTerms<V> sums(coefficients, row.value(excluded));
  for (int64_t at = 0; at < classes; at += 64) {
    sums.add_group(row, at, classes - at < 64 ? classes - at : 64, excluded - at);
  }
  return sums.total();
}

}  // namespace logits
