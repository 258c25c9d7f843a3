// binaryCrossEntropy: for each logit z and its label y
//
//   weight ((1 - y) softplus(z) + positive_weight y softplus(-z)),  softplus(v) = log(1 + e^v)
//
// in float64, whatever the elements are. A coefficient of 0 removes its term, so that the limits at
// infinite logits are right.
#pragma once

#include <cstdint>

#include "../../kernel-table.h"
#include "../math/log.h"
#include "../rows/double-sums.h"
#include "../rows/row-loop.h"

namespace logits {

// softplus(v) and softplus(-v), which differ by v.
template <class V>
struct Softplus {
  typename V::F64 of;
  typename V::F64 of_negative;
};

template <class V>
LOGITS_INLINE Softplus<V> softplus(typename V::F64 v) {
  const auto negative = V::sub(V::zero(), v);
  const auto rest = log1p_lanes<V>(exp<V>(V::sub(V::zero(), V::max(v, negative))));
  return {V::add(V::max(V::zero(), v), rest), V::add(V::max(V::zero(), negative), rest)};
}

// The numbers p[at], ...; 1 each where there are none.
template <class S>
LOGITS_INLINE typename S::F64 load_factors(const double* p, int64_t at, int64_t stride, int lanes) {
  using V = typename S::Set;
  if (p == nullptr) return S::broadcast(1.0);
  return S::template each<typename S::F64>(
      [&](int i) { return load_8<V>(p + (at + 8 * i) * stride, stride, S::in_part(lanes)); });
}

// The factors of some elements that follow each other, `stride` apart; null: 1 each.
struct ElementFactors {
  const double* weight;
  int64_t weight_stride;
  const double* positive_weight;  // stride 1
};

// The losses of elements at .. at + lanes - 1; also in `out` where `stores`.
template <class S, class R>
LOGITS_INLINE typename S::F64 binary_losses(const R& z, const R& y, const ElementFactors& factors,
                                            int64_t at, int lanes, const typename R::Results& out,
                                            bool stores) {
  const auto loss_of = softplus<S>(scaled_lanes<S>(z, load_lanes<S>(z, at, lanes)));
  const auto label = load_lanes<S>(y, at, lanes);
  const auto positive = S::mul(load_factors<S>(factors.positive_weight, at, 1, lanes), label);
  const auto negative = times<S>(S::sub(S::broadcast(1.0), label), loss_of.of);
  const auto terms = S::add(negative, times<S>(positive, loss_of.of_negative));
  const auto weight = load_factors<S>(factors.weight, at, factors.weight_stride, lanes);
  const auto loss = times<S>(weight, terms);
  if (stores) store_lanes<S>(out, at, loss, lanes);
  return loss;
}

// Elements that are taken together from rows without gaps.
static constexpr int64_t kElementsTogether = 4096;

// The numbers of `count` elements, one for each class, row after row, in `memory`.
LOGITS_INLINE const double* repeated(const double* p, int64_t classes, int64_t count,
                                     double* memory) {
  if (p == nullptr) return nullptr;
  for (int64_t i = 0; i < count; ++i) memory[i] = i < classes ? p[i] : memory[i - classes];
  return memory;
}

// Short rows without gaps between them, as many at a time as kElementsTogether has: element by
// element, then the sums.
template <class R>
LOGITS_INLINE void losses_of_short_rows(const Rows<R>& logits, const Rows<R>& labels,
                                        const BinaryCrossEntropyCall& call, const Share& share) {
  using V = typename R::Arithmetic::Set;
  const int64_t classes = call.logits.layout.classes;
  const int64_t rows_together = kElementsTogether / classes;
  const int64_t together = rows_together * classes;
  double* losses = reinterpret_cast<double*>(share.scratch);
  ElementFactors factors = {nullptr, 1, nullptr};
  factors.positive_weight =
      repeated(call.positive_weight, classes, together, losses + kElementsTogether + 8);
  if (!call.weight_is_per_element) {
    factors.weight = repeated(call.weight, classes, together, losses + 2 * (kElementsTogether + 8));
  }
  for (int64_t row = share.first; row < share.end; row += rows_together) {
    const int64_t left = share.end - row;
    const int64_t rows = left < rows_together ? left : rows_together;
    const Place place = {row, 0};
    const R z = logits[place];
    const R y = labels[place];
    const bool stores = call.losses.data != nullptr;
    typename R::Results out = {};
    if (stores) out = sink_of(z, call.losses, call.logits, place);
    if (call.weight_is_per_element) factors.weight = call.weight + row * classes;
    for_each_lanes<V>(rows * classes, [&](auto set, int64_t at, int lanes) {
      using S = decltype(set);
      const auto loss = binary_losses<S>(z, y, factors, at, lanes, out, stores);
      S::store(losses + at, loss);
    });
    for (int64_t i = 0; i < rows; ++i) {
      const double* of_row = losses + i * classes;
      // What lies behind a row's end is not added.
      call.row_sums[row + i] = sum_over_row<V>(classes, [&](auto set, int64_t at, int) {
        using S = decltype(set);
        return S::load(of_row + at);
      });
    }
  }
}

template <class R>
LOGITS_INLINE void losses_of_rows(const Rows<R>& logits, const Rows<R>& labels,
                                  const BinaryCrossEntropyCall& call, const Share& share) {
  using V = typename R::Arithmetic::Set;
  const Layout& layout = call.logits.layout;
  const bool stores = call.losses.data != nullptr;
  const int64_t weight_stride = call.weight_is_per_element ? layout.inner : 1;
  for_each_row<V>(layout, share, [&](const Place& place, int64_t number) {
    const R z = logits[place];
    const R y = labels[place];
    ElementFactors factors = {call.weight, weight_stride, call.positive_weight};
    if (call.weight && call.weight_is_per_element) {
      factors.weight += offset_of(place, layout.classes * layout.inner);
    }
    typename R::Results out = {};
    if (stores) out = sink_of(z, call.losses, call.logits, place);
    call.row_sums[number] = sum_over_row<V>(layout.classes, [&](auto set, int64_t at, int lanes) {
      return binary_losses<decltype(set)>(z, y, factors, at, lanes, out, stores);
    });
  });
}

// Whether nothing lies between the rows of logits, labels and losses.
LOGITS_INLINE bool is_dense(const BinaryCrossEntropyCall& call) {
  const Layout& layout = call.logits.layout;
  const bool stores = call.losses.data != nullptr;
  return layout.inner == 1 && layout.outer_stride == layout.classes &&
         call.targets.layout.outer_stride == layout.classes &&
         (!stores || call.losses.outer_stride == layout.classes);
}

template <class V>
inline void binary_cross_entropy(const BinaryCrossEntropyCall& call, const Share& share) {
  const int64_t classes = call.logits.layout.classes;
  const bool together = is_dense(call) && classes > 0 && classes <= kElementsTogether / 8;
  with_double_rows<V>(call.logits, call.targets, [&](auto logits, auto labels) {
    if (together) {
      losses_of_short_rows(logits, labels, call, share);
    } else {
      losses_of_rows(logits, labels, call, share);
    }
  });
}

}  // namespace logits
