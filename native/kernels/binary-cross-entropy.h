// binaryCrossEntropy: for each logit z and its label y
//
//   weight ((1 - y) softplus(z) + positive_weight y softplus(-z)),  softplus(v) = log(1 + e^v)
//
// in float64, whatever the elements are. A coefficient of 0 removes its term, so that the limits at
// infinite logits are right.
#pragma once

#include <cstdint>

#include "../kernel-table.h"
#include "log.h"
#include "row-loop.h"

namespace logits {

// log(1 + u) for 0 <= u <= 1, as log1p in log.h.
//   max error 2 ulp
template <class V>
LOGITS_INLINE typename V::F64 log1p_lanes(typename V::F64 u) {
  // Above sqrt 2 - 1: ln 2 + log(1 + (u - 1) / 2).
  const auto is_large = V::greater(u, V::broadcast(kSqrt2Minus1));
  const auto halved = V::mul(V::sub(u, V::broadcast(1.0)), V::broadcast(0.5));
  const auto t = V::select(is_large, halved, u);
  const auto f = V::div(t, V::add(V::broadcast(2.0), t));
  const auto s = V::mul(f, f);
  auto p = V::broadcast(kLog[kLogTerms - 1]);
  for (int k = kLogTerms - 2; k >= 0; --k) p = V::add(V::mul(p, s), V::broadcast(kLog[k]));
  const auto log = V::sub(t, V::mul(f, V::sub(t, V::mul(s, p))));
  const auto ln2 = V::select(is_large, V::broadcast(kLn2HighF64), V::zero());
  return V::add(ln2, log);
}

template <class V>
LOGITS_INLINE typename V::F64 softplus(typename V::F64 v) {
  const auto magnitude = V::max(v, V::sub(V::zero(), v));
  const auto rest = log1p_lanes<V>(exp<V>(V::sub(V::zero(), magnitude)));
  return V::add(V::max(V::zero(), v), rest);
}

// Eight of the numbers p[at], ...; 1 each where there are none.
template <class V>
LOGITS_INLINE typename V::F64 load_factors(const double* p, int64_t at, int64_t stride, int count) {
  if (p == nullptr) return V::broadcast(1.0);
  double lanes[8];
  gather<V>(lanes, p + at * stride, stride, count);
  return V::load(static_cast<const double*>(lanes));
}

template <class V>
inline void binary_cross_entropy(const BinaryCrossEntropyCall& call, const Share& share) {
  const Layout& layout = call.logits.layout;
  const auto logits = any_rows<V>(call.logits);
  const auto labels = any_rows<V>(call.targets);
  const auto one = V::broadcast(1.0);
  for_each_batch<V>(layout, share, kStackRows, [&](const Batch& batch) {
    for (int i = 0; i < batch.count; ++i) {
      const AnyRow<V> z = logits[batch[i]];
      const AnyRow<V> y = labels[batch[i]];
      const double* weight = call.weight;
      if (weight && call.weight_is_per_element) {
        weight += offset_of(batch[i], layout.classes * layout.inner);
      }
      const int64_t weight_stride = call.weight_is_per_element ? layout.inner : 1;
      Sink<V> out = {};
      if (call.losses.data) out = sink_of<AnyRow<V>>(call.losses, call.logits, batch[i]);
      GroupSums<Double<V>> sums;
      for (int64_t at = 0; at < layout.classes; at += 8) {
        const int count = layout.classes - at < 8 ? static_cast<int>(layout.classes - at) : 8;
        const auto logit = scaled_lanes(z, z.load(at, count));
        const auto label = y.load(at, count);
        const auto positive = V::mul(load_factors<V>(call.positive_weight, at, 1, count), label);
        const auto negative = times<V>(V::sub(one, label), softplus<V>(logit));
        const auto terms =
            V::add(negative, times<V>(positive, softplus<V>(V::sub(V::zero(), logit))));
        const auto loss = times<V>(load_factors<V>(weight, at, weight_stride, count), terms);
        if (call.losses.data) out.store(at, loss, count);
        sums.add(keep_first<V>(loss, count));
      }
      call.row_sums[batch.row + i] = sums.total();
    }
  });
}

}  // namespace logits
