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
  bool is_scaled;

  template <Access Kind>
  LOGITS_INLINE Vector below(Vector x) const {
    const auto distance = V::sub(x, offset);
    if (Kind == Access::plain || (Kind != Access::scaled && !is_scaled)) {
      return V::sub(V::sub(distance, high), low);
    }
    // The quotient's remainder joins the lesser part; -inf, and what ends there, has none.
    const auto quotient = V::mul(distance, inverse_high);
    const auto zero = V::broadcast(typename A::Lane{0});
    auto rest = V::fma(distance, inverse_high, V::sub(zero, quotient));
    rest = V::fma(distance, inverse_low, rest);
    rest = keep_where<V>(V::greater(quotient, V::broadcast(-A::infinity())), rest);
    return V::add(V::sub(quotient, high), V::sub(rest, low));
  }
};

// Those of a row of any arithmetic, in lanes of A.
template <class A, class R>
LOGITS_INLINE LogSumVectors<A> broadcast_log_sum(const R& row, const RowSum& solved) {
  using V = typename A::Set;
  using Lane = typename A::Lane;
  const SplitLog<double> log = log_shifted_sum<typename R::Arithmetic>(solved);
  const Pair sum = A::kLanes == 8 ? Pair{log.high, log.low} : A::split(log.high + log.low);
  return {V::broadcast(static_cast<Lane>(solved.reference.offset)),
          V::broadcast(static_cast<Lane>(sum.high)),
          V::broadcast(static_cast<Lane>(sum.low)),
          V::broadcast(static_cast<Lane>(row.inverse.high)),
          V::broadcast(static_cast<Lane>(row.inverse.low)),
          row.is_scaled()};
}

}  // namespace logits
