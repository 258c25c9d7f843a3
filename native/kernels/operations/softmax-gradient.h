// The gradients of softmax and of log-softmax by the logits x, from their results and the gradient
// g of something by those:
//
//   softmax:      p (g - sum of g p) / temperature             p = softmax(x / temperature)
//   log-softmax:  (g - e^l sum of g) / temperature             l = log-softmax(x / temperature)
//
// A probability of 0 removes its term. Sums are float64. What follows is float32 for elements that
// have no more bits, where the sum is moderate: no row with a NaN or an infinite term is. All else
// is float64. Bounds: ../../NUMERICS.md, 4.4.
#pragma once

#include <cstdint>
#include <type_traits>

#include "../../kernel-table.h"
#include "../rows/double-sums.h"
#include "../rows/row-loop.h"
#include "../rows/scale-panel.h"

namespace logits {

// The sums of rows up to which no product of theirs is NaN or in danger to be: what `times` would
// look for in each is not there.
static constexpr double kLargestPlainSum = 0x1p900;

// coefficient * x, or `times` of them where not Plain.
template <class S, bool Plain>
LOGITS_INLINE typename S::F64 product(typename S::F64 coefficient, typename S::F64 x) {
  return Plain ? S::mul(coefficient, x) : times<S>(coefficient, x);
}

// The sums of the rows in sixteen lanes; and in floats, as sums of two each, the temperature's
// inverse and those sums times it and a power of two.
template <class V>
struct LaneSums {
  typename V::F64 sum[2];
  typename V::F32 high;
  typename V::F32 low;
  typename V::F32 inverse_high;
  typename V::F32 inverse_low;

  static LOGITS_INLINE LaneSums of(typename V::F64 first, typename V::F64 second,
                                   const Pair& inverse, double power) {
    const auto factor = V::broadcast((inverse.high + inverse.low) * power);
    const auto a = V::mul(first, factor);
    const auto b = V::mul(second, factor);
    const auto high = V::narrow(a, b);
    return {{first, second},
            high,
            V::narrow(V::sub(a, V::widen_low(high)), V::sub(b, V::widen_high(high))),
            V::broadcast(static_cast<float>(inverse.high)),
            V::broadcast(static_cast<float>(inverse.low))};
  }
};

struct SoftmaxGradient {
  static constexpr double kPower = 1;

  template <class S, bool Plain>
  static LOGITS_INLINE typename S::F64 term(typename S::F64 p, typename S::F64 g) {
    return product<S, Plain>(p, g);
  }
  template <class S, bool Plain>
  static LOGITS_INLINE typename S::F64 gradient(typename S::F64 p, typename S::F64 g,
                                                typename S::F64 sum) {
    return product<S, Plain>(p, S::sub(g, sum));
  }
  // The product of two floats is exact.
  template <class V>
  static LOGITS_INLINE typename V::F64 add_term(typename V::F64 sum, typename V::F64 p,
                                                typename V::F64 g) {
    return V::fma(p, g, sum);
  }
  template <class V>
  static LOGITS_INLINE typename V::F32 gradient_in_floats(typename V::F32 p, typename V::F32 g,
                                                          const LaneSums<V>& sums) {
    const auto zero = V::broadcast(0.0f);
    const auto rest = V::fma(g, V::sub(zero, sums.inverse_low), sums.low);
    return V::mul(p, V::sub(V::fma(g, sums.inverse_high, V::sub(zero, sums.high)), rest));
  }
};

struct LogSoftmaxGradient {
  // Terms are counted in units of 2^-64, so that those down to 2^-188 are there: times a moderate
  // sum, smaller ones are less than half of the smallest float.
  static constexpr int kUnit = -64;
  static constexpr double kPower = 0x1p-64;

  template <class S, bool Plain>
  static LOGITS_INLINE typename S::F64 term(typename S::F64, typename S::F64 g) {
    return g;
  }
  template <class S, bool Plain>
  static LOGITS_INLINE typename S::F64 gradient(typename S::F64 l, typename S::F64 g,
                                                typename S::F64 sum) {
    return S::sub(g, product<S, Plain>(exp<S>(l), sum));
  }
  template <class V>
  static LOGITS_INLINE typename V::F64 add_term(typename V::F64 sum, typename V::F64,
                                                typename V::F64 g) {
    return V::add(sum, g);
  }
  // NaN for a NaN and for what those units have no room for, which no logarithm of a probability
  // is.
  template <class V>
  static LOGITS_INLINE typename V::F32 gradient_in_floats(typename V::F32 l, typename V::F32 g,
                                                          const LaneSums<V>& sums) {
    static constexpr float kLargest = 40;
    const auto reference =
        broadcast_reference(FloatRow<V, Access::plain>(), {Single<V>::kHeadroom + kUnit, 0});
    auto max_exponent_bits = V::broadcast_bits(0);
    typename V::F32 e[1] = {l};
    scaled_exp<V, Access::plain>(e, reference, max_exponent_bits);
    const auto term =
        V::sub(V::broadcast(0.0f), keep_where<V>(V::greater(l, reference.lowest), e[0]));
    const auto rest = V::fma(term, sums.low, V::mul(g, sums.inverse_low));
    const auto gradient = V::fma(term, sums.high, V::fma(g, sums.inverse_high, rest));
    return select_where<V>(V::greater(V::broadcast(kLargest), l), gradient,
                           V::broadcast(Single<V>::nan()));
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
    if (result.is_scaled()) gradient = S::mul(gradient, S::broadcast(result.inverse.high));
    store_lanes<S>(out, at, gradient, lanes);
  });
}

template <class V, class Function>
LOGITS_OUTLINE void gradients_in_doubles(const Input& results, const Input& upstream,
                                         const Output& out, const Share& share) {
  const int64_t classes = results.layout.classes;
  with_double_rows<V>(results, upstream, [&](const auto& all_results, const auto& all_upstream) {
    for_each_row<V>(results.layout, share, [&](const Place& place, int64_t) {
      const auto result = all_results[place];
      const auto g = all_upstream[place];
      const auto sink = sink_of<std::decay_t<decltype(result)>>(out, results, place);
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

// Gradients in float32 lanes.
template <class V, class Function, Access Kind>
struct GradientsInFloats {
  using F32 = typename V::F32;
  using F64 = typename V::F64;
  using Row = FloatRow<V, Kind>;
  using RowPanels = Panels<V, Kind>;

  const Input& results;
  const Input& upstream;
  const Output& out;
  const Share& share;
  Pair inverse;

  // Whether a row's sum has all its bits as two floats, in the units of either function, and no
  // result is beyond float32 but for its own elements.
  LOGITS_INLINE bool is_moderate(double sum) const {
    const double scaled = (sum < 0 ? -sum : sum) * inverse.high;
    return scaled == 0 || (scaled > 0x1p-50 && scaled < 0x1p38);
  }

  // Element c is added to that of 32 sums which has the number c modulo 32, whichever way rows lie.
  static LOGITS_INLINE double sum_of_row(const Row& result, const Row& g, int64_t classes) {
    F64 sums[4] = {V::zero(), V::zero(), V::zero(), V::zero()};
    int64_t at = 0;
    for (; at + 32 <= classes; at += 32) {
      for (int k = 0; k < 4; ++k) {
        sums[k] = Function::template add_term<V>(sums[k], result.load_doubles(at + 8 * k, 8),
                                                 g.load_doubles(at + 8 * k, 8));
      }
    }
    for (int k = 0; at < classes; at += 16, k += 2) {
      const int count = static_cast<int>(classes - at < 16 ? classes - at : 16);
      const F32 a = keep_first<V>(load_first(result, at, count), count);
      const F32 b = keep_first<V>(load_first(g, at, count), count);
      sums[k] = Function::template add_term<V>(sums[k], V::widen_low(a), V::widen_low(b));
      sums[k + 1] = Function::template add_term<V>(sums[k + 1], V::widen_high(a), V::widen_high(b));
    }
    return V::total(sum_of_four(sums));
  }
  static LOGITS_INLINE void sum_panel(const RowPanels& result, const RowPanels& g, int lane,
                                      double (&sum)[kPanelRows]) {
    F64 first[8];
    F64 second[8];
    for (int j = 0; j < 8; ++j) {
      F64 low[4] = {V::zero(), V::zero(), V::zero(), V::zero()};
      F64 high[4] = {V::zero(), V::zero(), V::zero(), V::zero()};
      for (int64_t c = j; c < result.classes; c += 32) {
        for (int k = 0; k < 4; ++k) {
          if (c + 8 * k >= result.classes) break;
          const F32 a = result.load(c + 8 * k, lane);
          const F32 b = g.load(c + 8 * k, lane);
          low[k] = Function::template add_term<V>(low[k], V::widen_low(a), V::widen_low(b));
          high[k] = Function::template add_term<V>(high[k], V::widen_high(a), V::widen_high(b));
        }
      }
      first[j] = sum_of_four(low);
      second[j] = sum_of_four(high);
    }
    V::store(sum, fold_vectors<V>(first));
    V::store(sum + 8, fold_vectors<V>(second));
  }
  static LOGITS_INLINE F64 sum_of_four(const F64 (&sums)[4]) {
    return V::add(V::add(sums[0], sums[2]), V::add(sums[1], sums[3]));
  }
  static LOGITS_INLINE F32 load_first(const Row& row, int64_t at, int count) {
    return count == 16 ? row.load(at) : row.load(at, count, V::broadcast(0.0f));
  }

  LOGITS_INLINE F32 gradient(F32 result, F32 g, const LaneSums<V>& sums) const {
    const F32 gradient = Function::template gradient_in_floats<V>(result, g, sums);
    const auto magnitude =
        V::from_bits(V::bit_and(V::bits(gradient), V::broadcast_bits(kMagnitudeBits)));
    const auto is_finite = V::greater(V::broadcast(Single<V>::infinity()), magnitude);
    if (V::all(is_finite)) return gradient;
    return select_where<V>(
        is_finite, gradient,
        V::narrow(in_doubles(V::widen_low(result), V::widen_low(g), sums.sum[0]),
                  in_doubles(V::widen_high(result), V::widen_high(g), sums.sum[1])));
  }
  LOGITS_OUTLINE F64 in_doubles(F64 result, F64 g, F64 sum) const {
    const F64 gradient = Function::template gradient<V, true>(result, g, sum);
    return with_one_nan<V>(V::mul(gradient, V::broadcast(inverse.high + inverse.low)));
  }

  // Short ones together, so that none waits for the sum of another.
  LOGITS_INLINE void contiguous_rows() const {
    static constexpr int64_t kShort = 128;
    const int64_t classes = results.layout.classes;
    const int most = classes <= kShort ? kPanelRows : 1;
    for_each_batch<V>(results.layout, share, most, [&](const Batch& batch) {
      const auto result = [&](int i) { return Rows<Row>{results, inverse}[batch[i]]; };
      const auto g = [&](int i) { return Rows<Row>{upstream, inverse}[batch[i]]; };
      double sum[kPanelRows] = {};
      float high[kPanelRows];
      float low[kPanelRows];
      for (int i = 0; i < batch.count; ++i) sum[i] = sum_of_row(result(i), g(i), classes);
      const auto sums = LaneSums<V>::of(V::load(sum), V::load(sum + 8), inverse, Function::kPower);
      V::store(high, sums.high);
      V::store(low, sums.low);
      for (int i = 0; i < batch.count; ++i) {
        if (!is_moderate(sum[i])) {
          row_in_doubles(batch.row + i);
          continue;
        }
        const auto own = V::broadcast(sum[i]);
        const LaneSums<V> of_row = {{own, own},
                                    V::broadcast(high[i]),
                                    V::broadcast(low[i]),
                                    sums.inverse_high,
                                    sums.inverse_low};
        const Row x = result(i);
        const Row y = g(i);
        write_elements<Single<V>>(
            sink_of<Row>(out, results, batch[i]), 0, classes, [&](int64_t at, int count) {
              return gradient(load_first(x, at, count), load_first(y, at, count), of_row);
            });
      }
    });
    end_streams<V>(out.streams);
  }

  LOGITS_INLINE void rows_side_by_side() const {
    for_each_batch<V>(
        results.layout, share, panels_rows(results.layout.classes), [&](const Batch& batch) {
          auto all_results = make_panels<V, Kind>(results, inverse, batch);
          const auto all_upstream = make_panels<V, Kind>(upstream, inverse, batch);
          for (int first = 0; first < all_results.lanes(); first += kPanelRows) {
            double sum[kPanelRows];
            sum_panel(all_results, all_upstream, first, sum);
            for (int i = 0; i < kPanelRows; ++i) {
              if (is_moderate(sum[i])) continue;
              row_in_doubles(batch.row + first + i);
              sum[i] = 0;
              all_results.is_active[first + i] = 0;
              all_results.full = false;
            }
            const auto sums =
                LaneSums<V>::of(V::load(sum), V::load(sum + 8), inverse, Function::kPower);
            float* p = batch_sink<V>(out, batch) + first;
            for (int64_t c = 0; c < all_results.classes; ++c, p += all_results.stride) {
              const F32 own = all_results.load(c, first);
              all_results.store(p, gradient(own, all_upstream.load(c, first), sums), first);
            }
          }
        });
  }

  LOGITS_INLINE void row_in_doubles(int64_t number) const {
    gradients_in_doubles<V, Function>(results, upstream, out,
                                      {number, number + 1, share.scratch, nullptr});
  }

  LOGITS_INLINE void write() const {
    results.layout.inner == 1 ? contiguous_rows() : rows_side_by_side();
  }
};

template <class V, class Function>
LOGITS_INLINE void gradients(const Input& results, const Input& upstream, const Output& out,
                             const Share& share) {
  const Pair inverse = Single<V>::split(1 / results.temperature);
  const bool is_moderate = results.temperature >= 0x1p-60 && results.temperature <= 0x1p60;
  const bool is_one_type = upstream.element == results.element;
  if (results.element == Element::float64 || !is_one_type || !is_moderate) {
    return gradients_in_doubles<V, Function>(results, upstream, out, share);
  }
  if constexpr (V::kInlines) {
    if (results.element == Element::float32) {
      return GradientsInFloats<V, Function, Access::plain>{results, upstream, out, share, inverse}
          .write();
    }
  }
  GradientsInFloats<V, Function, Access::typed>{results, upstream, out, share, inverse}.write();
}

template <class V>
inline void softmax_gradient(const Input& probabilities, const Input& upstream, const Output& out,
                             const Share& share) {
  gradients<V, SoftmaxGradient>(probabilities, upstream, out, share);
}

template <class V>
inline void log_softmax_gradient(const Input& log_probabilities, const Input& upstream,
                                 const Output& out, const Share& share) {
  gradients<V, LogSoftmaxGradient>(log_probabilities, upstream, out, share);
}

}  // namespace logits
