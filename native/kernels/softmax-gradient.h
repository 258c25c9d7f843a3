// The gradients of softmax and of log-softmax by the logits x, from their results and the gradient
// g of something by those:
//
//   softmax:      p (g - sum of g p) / temperature             p = softmax(x / temperature)
//   log-softmax:  (g - e^l sum of g) / temperature             l = log-softmax(x / temperature)
//
// in float64, whatever the elements are. A probability of 0 removes its term.
#pragma once

#include <cstdint>

#include "../kernel-table.h"
#include "kl-divergence.h"
#include "row-loop.h"
#include "scale.h"

namespace logits {

// gradient(result, g, sum) in eight lanes for all elements, with sum that of term(result, g).
template <class V, class Term, class Gradient>
LOGITS_INLINE void gradient_of_rows(const Input& results, const Input& upstream, const Output& out,
                                    const Share& share, Term term, Gradient gradient) {
  const int64_t classes = results.layout.classes;
  const auto all_results = any_rows<V>(results);
  const auto all_upstream = any_rows<V>(upstream);
  const auto inverse = V::broadcast(all_results.inverse.high);
  for_each_batch<V>(results.layout, share, kStackRows, [&](const Batch& batch) {
    for (int i = 0; i < batch.count; ++i) {
      const AnyRow<V> result = all_results[batch[i]];
      const AnyRow<V> g = all_upstream[batch[i]];
      const auto sum = V::broadcast(sum_over_row<V>(classes, [&](int64_t at, int count) {
        return term(result.load(at, count), g.load(at, count));
      }));
      write_row<Double<V>>(
          sink_of<AnyRow<V>>(out, results, batch[i]), classes, [&](int64_t at, int count) {
            const auto value = gradient(result.load(at, count), g.load(at, count), sum);
            return V::mul(value, inverse);
          });
    }
  });
}

template <class V>
inline void softmax_gradient(const Input& probabilities, const Input& upstream, const Output& out,
                             const Share& share) {
  using F64 = typename V::F64;
  gradient_of_rows<V>(
      probabilities, upstream, out, share, [](F64 p, F64 g) { return times<V>(p, g); },
      [](F64 p, F64 g, F64 sum) { return times<V>(p, V::sub(g, sum)); });
}

template <class V>
inline void log_softmax_gradient(const Input& log_probabilities, const Input& upstream,
                                 const Output& out, const Share& share) {
  using F64 = typename V::F64;
  gradient_of_rows<V>(
      log_probabilities, upstream, out, share, [](F64, F64 g) { return g; },
      [](F64 l, F64 g, F64 sum) { return V::sub(g, times<V>(exp<V>(l), sum)); });
}

}  // namespace logits
