// A row's elements less the logarithm of its sum, in lanes.
#pragma once

#include "../../platform/force-inline.h"
#include "../math/exp-double.h"
#include "../math/exp.h"
#include "../math/log.h"
#include "elements.h"
#include "log-probability.h"
#include "scale.h"

namespace logits {

// (x - offset) / temperature - log(sum e^((x - offset) / temperature)), the logarithm as two
// numbers. The offset stays apart, since a logarithm vanishes beside an offset of 1e38.
template <class A>
struct LogSumVectors {
  using V = typename A::Set;
  using Vector = typename A::Vector;
  Vector offset;
  Vector high;
  Vector low;
  Vector inverse_high;
  Vector inverse_low;

  template <bool Scaled>
  LOGITS_INLINE Vector below(Vector x) const {
    const auto distance = V::sub(x, offset);
    if constexpr (!Scaled) return V::sub(V::sub(distance, high), low);
    // The quotient's remainder joins the lesser part; -inf, and what ends there, has none.
    const auto quotient = V::mul(distance, inverse_high);
    const auto zero = V::broadcast(typename A::Lane{0});
    auto rest = V::fma(distance, inverse_high, V::sub(zero, quotient));
    rest = V::fma(distance, inverse_low, rest);
    rest = keep_where<V>(V::greater(quotient, V::broadcast(-A::infinity())), rest);
    return V::add(V::sub(quotient, high), V::sub(rest, low));
  }
};

template <class V>
LOGITS_INLINE SplitLog<double> parts_of(const Single<V>&, const SplitLog<double>& log) {
  const double sum = log.high + log.low;
  return {static_cast<double>(factor_high<V>(sum)), static_cast<double>(factor_low<V>(sum))};
}
template <class V>
LOGITS_INLINE SplitLog<double> parts_of(const Double<V>&, const SplitLog<double>& log) {
  return log;
}

template <class R>
LOGITS_INLINE LogSumVectors<typename R::Arithmetic> broadcast_log_sum(const R& row,
                                                                      const RowSum& solved) {
  using A = typename R::Arithmetic;
  using V = typename A::Set;
  using Lane = typename A::Lane;
  const SplitLog<double> sum = parts_of(A(), log_shifted_sum<A>(solved));
  LogSumVectors<A> logs = {};
  logs.offset = V::broadcast(static_cast<Lane>(solved.reference.offset));
  logs.high = V::broadcast(static_cast<Lane>(sum.high));
  logs.low = V::broadcast(static_cast<Lane>(sum.low));
  if constexpr (R::kScaled) {
    logs.inverse_high = V::broadcast(static_cast<Lane>(row.inverse.high));
    logs.inverse_low = V::broadcast(static_cast<Lane>(row.inverse.low));
  }
  return logs;
}

// The same in float64 lanes for a row of either arithmetic.
template <class R>
LOGITS_INLINE LogSumVectors<Double<typename R::Arithmetic::Set>> double_log_sum(
    const R& row, const RowSum& solved) {
  using V = typename R::Arithmetic::Set;
  const SplitLog<double> sum = log_shifted_sum<typename R::Arithmetic>(solved);
  const Pair inverse = row.inverse_temperature();
  return {V::broadcast(solved.reference.offset), V::broadcast(sum.high), V::broadcast(sum.low),
          V::broadcast(inverse.high), V::broadcast(inverse.low)};
}

}  // namespace logits
