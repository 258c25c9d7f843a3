// The gradients of softmax and of log-softmax by the logits x, from their results and the gradient
// g of something by those:
//
//   softmax:      p (g - sum of g p) / temperature             p = softmax(x / temperature)
//   log-softmax:  (g - e^l sum of g) / temperature             l = log-softmax(x / temperature)
//
// in float64, whatever the elements are. A probability of 0 removes its term.
#pragma once

#include <cstdint>

#include "../../kernel-table.h"
#include "../rows/double-sums.h"
#include "../rows/row-loop.h"

namespace logits {

// The sums of rows up to which no product of theirs is NaN or in danger to be: what `times` would
// look for in each is not there.
static constexpr double kLargestPlainSum = 0x1p900;

// coefficient * x, or `times` of them where not Plain.
template <class S, bool Plain>
LOGITS_INLINE typename S::F64 product(typename S::F64 coefficient, typename S::F64 x) {
  return Plain ? S::mul(coefficient, x) : times<S>(coefficient, x);
}

struct SoftmaxGradient {
  template <class S, bool Plain>
  static LOGITS_INLINE typename S::F64 term(typename S::F64 p, typename S::F64 g) {
    return product<S, Plain>(p, g);
  }
  template <class S, bool Plain>
  static LOGITS_INLINE typename S::F64 gradient(typename S::F64 p, typename S::F64 g,
                                                typename S::F64 sum) {
    return product<S, Plain>(p, S::sub(g, sum));
  }
};

struct LogSoftmaxGradient {
  template <class S, bool Plain>
  static LOGITS_INLINE typename S::F64 term(typename S::F64, typename S::F64 g) {
    return g;
  }
  template <class S, bool Plain>
  static LOGITS_INLINE typename S::F64 gradient(typename S::F64 l, typename S::F64 g,
                                                typename S::F64 sum) {
    return S::sub(g, product<S, Plain>(exp<S>(l), sum));
  }
};

template <class Function, bool Plain, class R>
LOGITS_INLINE double sum_of_terms(const R& result, const R& g, int64_t classes) {
  return sum_over_row<typename R::Arithmetic::Set>(classes, [&](auto set, int64_t at, int lanes) {
    using S = decltype(set);
    return Function::template term<S, Plain>(load_lanes<S>(result, at, lanes),
                                             load_lanes<S>(g, at, lanes));
  });
}

// The gradient of one row by its result; it may lie in the memory of either.
template <class Function, bool Plain, class R>
LOGITS_INLINE void write_row_gradient(const R& result, const R& g, int64_t classes, double sum,
                                      const typename R::Results& out) {
  for_each_lanes<typename R::Arithmetic::Set>(classes, [&](auto set, int64_t at, int lanes) {
    using S = decltype(set);
    auto gradient = Function::template gradient<S, Plain>(
        load_lanes<S>(result, at, lanes), load_lanes<S>(g, at, lanes), S::broadcast(sum));
    if constexpr (R::kScaled) gradient = S::mul(gradient, S::broadcast(result.inverse.high));
    store_lanes<S>(out, at, gradient, lanes);
  });
}

template <class V, class Function>
LOGITS_INLINE void gradient_of_rows(const Input& results, const Input& upstream, const Output& out,
                                    const Share& share) {
  const int64_t classes = results.layout.classes;
  with_double_rows<V>(results, upstream, [&](auto all_results, auto all_upstream) {
    for_each_row<V>(results.layout, share, [&](const Place& place, int64_t) {
      const auto result = all_results[place];
      const auto g = all_upstream[place];
      const auto sink = sink_of(result, out, results, place);
      const double sum = sum_of_terms<Function, true>(result, g, classes);
      if (sum < kLargestPlainSum && sum > -kLargestPlainSum) {
        write_row_gradient<Function, true>(result, g, classes, sum, sink);
      } else {
        const double exact = sum_of_terms<Function, false>(result, g, classes);
        write_row_gradient<Function, false>(result, g, classes, exact, sink);
      }
    });
  });
}

template <class V>
inline void softmax_gradient(const Input& probabilities, const Input& upstream, const Output& out,
                             const Share& share) {
  gradient_of_rows<V, SoftmaxGradient>(probabilities, upstream, out, share);
}

template <class V>
inline void log_softmax_gradient(const Input& log_probabilities, const Input& upstream,
                                 const Output& out, const Share& share) {
  gradient_of_rows<V, LogSoftmaxGradient>(log_probabilities, upstream, out, share);
}

}  // namespace logits
