// binaryCrossEntropy: for each logit z and its label y
//
//   weight ((1 - y) softplus(z) + positive_weight y softplus(-z)),  softplus(v) = log(1 + e^v)
//
// A coefficient of 0 removes its term, so that the limits at infinite logits are right. softplus of
// what has no more bits than a float is computed in float32 lanes, where that is precise, and all
// else in float64. Bounds: ../../NUMERICS.md, 8.
#pragma once

#include <cstdint>
#include <type_traits>

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

// Whether a row's elements have no more bits than floats, and are divided by a moderate
// temperature.
template <class V, class E, bool Scaled>
LOGITS_INLINE bool has_floats(const DoubleRow<V, E, Scaled>& row) {
  if (std::is_same_v<E, float> && !Scaled) return true;
  return row.element != Element::float64 && row.softcap == 0 && row.inverse.high > 0x1p-60;
}

// Sixteen elements of such a row, or `lanes` if those are fewer; the other lanes mean nothing.
template <class V, class E, bool Scaled>
LOGITS_INLINE typename V::F32 load_floats(const DoubleRow<V, E, Scaled>& row, int64_t at,
                                          int lanes) {
  if constexpr (std::is_same_v<E, float>) {
    return lanes < 16 ? V::load(row.data + at, V::first(lanes), V::broadcast(0.0f))
                      : V::load(row.data + at);
  }
  return V::narrow(row.load(at, lanes < 8 ? lanes : 8),
                   lanes < 16 ? V::zero() : row.load(at + 8, 8));
}

template <class V>
struct Log1pSeries {
  using Set = V;
  static constexpr const float (&kSeries)[kLog1pTerms] = kLog1p;
};

// softplus of elements that are floats: NaN where e^-|v| is not a normal one.
template <class S, class R>
LOGITS_INLINE Softplus<S> softplus_in_floats(const R& row, int64_t at, int lanes) {
  using V = typename S::Set;
  static constexpr int kCount = (S::kCount + 1) / 2;
  static constexpr float kMost = 85;
  const auto zero = V::broadcast(0.0f);
  const auto nan = V::broadcast(Single<V>::nan());
  const auto reference =
      broadcast_reference(FloatRow<V, Access::plain>(), {Single<V>::kHeadroom, 0});
  auto max_exponent_bits = V::broadcast_bits(0);
  const Pair inverse = Single<V>::split(row.inverse.high);
  const auto high = V::broadcast(static_cast<float>(inverse.high));
  const auto low = V::broadcast(static_cast<float>(inverse.low));
  typename V::F32 v[kCount];
  typename V::F32 u[kCount];
  typename V::F32 rest[kCount];
  typename V::F32 log[kCount];
  for (int k = 0; k < kCount; ++k) {
    v[k] = load_floats(row, at + 16 * k, lanes);
    rest[k] = zero;
    if (row.is_scaled()) {
      const auto quotient = V::mul(v[k], high);
      rest[k] = V::fma(v[k], low, V::fma(v[k], high, V::sub(zero, quotient)));
      v[k] = quotient;
      rest[k] = select_where<V>(V::greater(v[k], zero), V::sub(zero, rest[k]), rest[k]);
    }
    u[k] = V::sub(zero, V::max(v[k], V::sub(zero, v[k])));
    log[k] = V::broadcast(kLog1p[kLog1pTerms - 1]);
  }
  scaled_exp<V, Access::plain>(u, reference, max_exponent_bits);
  if (row.is_scaled()) {
    for (int k = 0; k < kCount; ++k) u[k] = V::fma(u[k], rest[k], u[k]);
  }
  evaluate_series<Log1pSeries<V>, kLog1pTerms - 2>(log, u);
  for (int k = 0; k < kCount; ++k) {
    const auto negative = V::sub(zero, v[k]);
    const auto is_near = V::greater(V::broadcast(kMost), V::max(v[k], negative));
    log[k] = select_where<V>(is_near, V::mul(u[k], log[k]), nan);
    v[k] = V::add(V::max(zero, v[k]), log[k]);
    u[k] = V::add(V::max(zero, negative), log[k]);
  }
  const auto wide = [](const typename V::F32(&x)[kCount]) LOGITS_INLINED {
    return S::template each<typename S::F64>([&](int i) LOGITS_INLINED {
      return i % 2 == 0 ? V::widen_low(x[i / 2]) : V::widen_high(x[i / 2]);
    });
  };
  return {wide(v), wide(u)};
}

// The same in float64, of any elements.
template <class S, class R>
LOGITS_INLINE Softplus<S> softplus_in_doubles(const R& row, int64_t at, int lanes) {
  return softplus<S>(scaled_lanes<S>(row, load_lanes<S>(row, at, lanes)));
}
template <class S, class R>
LOGITS_OUTLINE Softplus<S> rare_softplus_in_doubles(const R& row, int64_t at, int lanes) {
  return softplus_in_doubles<S>(row, at, lanes);
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
  const auto label = load_lanes<S>(y, at, lanes);
  const auto positive = S::mul(load_factors<S>(factors.positive_weight, at, 1, lanes), label);
  const auto negative = S::sub(S::broadcast(1.0), label);
  const auto weight = load_factors<S>(factors.weight, at, factors.weight_stride, lanes);
  const auto loss_by = [&](auto product, const Softplus<S>& softplus_of) LOGITS_INLINED {
    return product(weight, S::add(product(negative, softplus_of.of),
                                  product(positive, softplus_of.of_negative)));
  };
  // Where a plain product is not NaN, `times` is the same.
  auto loss = loss_by(
      [](auto a, auto b) LOGITS_INLINED { return S::mul(a, b); },
      has_floats(z) ? softplus_in_floats<S>(z, at, lanes) : softplus_in_doubles<S>(z, at, lanes));
  const auto is_done = S::equal(loss, loss);
  if (!S::all(is_done)) {
    loss = S::select(is_done, loss,
                     loss_by([](auto a, auto b) { return times<S>(a, b); },
                             rare_softplus_in_doubles<S>(z, at, lanes)));
  }
  if (stores) store_lanes<S>(out, at, loss, lanes);
  return loss;
}

// As many float64 vectors as fill the float32 ones that the exponential should have in flight.
template <class V>
static constexpr int kLossVectors = 2 * V::kInterleave;

// The sum of what compute(set, at, lanes) makes of a row's elements. Losses of floats have fewer
// bits than plain sums.
template <class R, class Compute>
LOGITS_INLINE double sum_of_losses(const R& z, int64_t classes, Compute compute) {
  using V = typename R::Arithmetic::Set;
  return has_floats(z) ? sum_over_row<V, GroupSums<Single<V>>, kLossVectors<V>>(classes, compute)
                       : sum_over_row<V, GroupSums<Double<V>>, kLossVectors<V>>(classes, compute);
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
    if (stores) out = sink_of<R>(call.losses, call.logits, place);
    if (call.weight_is_per_element) factors.weight = call.weight + row * classes;
    for_each_lanes<V, kLossVectors<V>>(
        rows * classes, [&](auto set, int64_t at, int lanes) LOGITS_INLINED {
          using S = decltype(set);
          const auto loss = binary_losses<S>(z, y, factors, at, lanes, out, stores);
          S::store(losses + at, loss);
        });
    for (int64_t i = 0; i < rows; ++i) {
      const double* of_row = losses + i * classes;
      // What lies behind a row's end is not added.
      call.row_sums[row + i] =
          sum_of_losses(z, classes, [&](auto set, int64_t at, int) LOGITS_INLINED {
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
    if (stores) out = sink_of<R>(call.losses, call.logits, place);
    call.row_sums[number] =
        sum_of_losses(z, layout.classes, [&](auto set, int64_t at, int lanes) LOGITS_INLINED {
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
  with_double_rows<V>(call.logits, call.targets, [&](const auto& logits, const auto& labels) {
    if (together) {
      losses_of_short_rows(logits, labels, call, share);
    } else {
      losses_of_rows(logits, labels, call, share);
    }
  });
}

}  // namespace logits
