// The negative log-probability of one class of a row, exact in relative terms from the largest
// loss down to the smallest float64.
//
//   others = sum of e^x over the classes but the target        p = target term / (others + target)
//   -log p = log1p(others / target)                            where the target is the likelier
//   half
//          = log(others + target) - x_target                   where it is not
//
// log(sum) - x_target alone would lose the loss of a p near 1 to cancellation: at a gap of 17 nats
// nothing of it is left in float32.
#pragma once

#include <cstdint>

#include "../../platform/force-inline.h"
#include "../math/bits.h"
#include "../math/log.h"
#include "../math/reference.h"
#include "row.h"

namespace logits {

struct TargetLoss {
  double loss;         // -log p
  double one_minus_p;  // 1 - p
};

// log sum e^(x - offset) of a regular row, x and offset over the temperature.
template <class A>
LOGITS_INLINE SplitLog<double> log_shifted_sum(const RowSum& solved) {
  return log_scaled<OneLane<A>>(solved.total(), solved.reference.exponent - A::kHeadroom);
}

// log sum e^x of a row of any kind: NaN, +inf, -inf, or a number.
template <class R>
LOGITS_INLINE double log_sum(const R& row, const RowSum& solved) {
  using A = typename R::Arithmetic;
  switch (solved.kind) {
    case RowKind::nan:
      return double_of<A>(kNanBitsF64);
    case RowKind::infinite:
      return double_of<A>(kInfinityBitsF64);
    case RowKind::empty:
      return -double_of<A>(kInfinityBitsF64);
    case RowKind::regular:
      break;
  }
  const SplitLog<double> log = log_shifted_sum<A>(solved);
  return log.high + log.low + row.scaled(solved.reference.offset).high;
}

// Whether the excluded class has so nearly all of the row that the others may have fallen under its
// reference.
template <class A>
LOGITS_INLINE bool is_near_one(const RowSum& solved) {
  return solved.kind == RowKind::regular && solved.sum < solved.excluded * A::kNearOneShare;
}

// The loss from the first sums; `target` is the target's logit.
template <class R>
LOGITS_INLINE TargetLoss loss_of_target(const R& row, const RowSum& solved, double target) {
  using A = typename R::Arithmetic;
  if (solved.kind != RowKind::regular) {
    return {double_of<A>(kNanBitsF64), double_of<A>(kNanBitsF64)};
  }
  const double one_minus_p = solved.sum / solved.total();
  if (solved.sum <= solved.excluded) return {log1p<A>(solved.sum / solved.excluded), one_minus_p};
  if (bits_of<A>(target) == (kInfinityBitsF64 | kSignBitF64)) {
    return {double_of<A>(kInfinityBitsF64), one_minus_p};
  }
  const SplitLog<double> sum = log_shifted_sum<A>(solved);
  const Pair own = row.scaled(target - solved.reference.offset);
  return {((sum.high - own.high) - own.low) + sum.low, one_minus_p};
}

// The reference in which the other classes of a row near one are summed; false where e^(others'
// max) is below the smallest float64 share of the target, so that the loss is 0.
template <class R>
LOGITS_INLINE bool reference_of_others(const R& row, double others_max, double target,
                                       const Reference& of_row, Reference& of_others) {
  static constexpr double kLargestGap = 800;  // e^-745 is the smallest float64
  if (!(row.scaled(target - others_max).high < kLargestGap)) return false;
  const double distance = row.scaled(others_max - of_row.offset).high;
  of_others = {even_exponent<typename R::Arithmetic>(distance), of_row.offset};
  return true;
}

// others / target where each was summed in its own reference: below 2^-64, so that log1p and the
// share of the whole are the ratio itself.
template <class R>
LOGITS_INLINE TargetLoss near_one_loss(const R& row, double others, const Reference& of_others,
                                       double target) {
  using A = typename R::Arithmetic;
  const double distance = row.scaled(target - of_others.offset).high;
  const Reference own = {even_exponent<A>(distance), of_others.offset};
  const double term = scaled_exp_of(row, target, own);
  // In two steps: the power alone may lie below the smallest normal float64.
  const int64_t exponent = int64_t{of_others.exponent} - own.exponent;
  const auto half = static_cast<int>(exponent / 2);
  const auto rest = static_cast<int>(exponent - half);
  const double ratio = others / term * power_of_two<A>(half) * power_of_two<A>(rest);
  return {ratio, ratio};
}

// The largest element of a row without the one at `excluded`.
template <class R>
LOGITS_INLINE double max_of_others(const R& row, int64_t classes, int64_t excluded) {
  const double before = max_of_row(row, excluded).max;
  const double after = max_of_row(row.from(excluded + 1), classes - excluded - 1).max;
  return before > after ? before : after;
}

// The target's loss in a row that was solved without it.
template <class R>
LOGITS_INLINE TargetLoss loss_in_row(const R& row, int64_t classes, int64_t target,
                                     const RowSum& solved) {
  using A = typename R::Arithmetic;
  const double logit = row.value(target);
  if (!is_near_one<A>(solved)) return loss_of_target(row, solved, logit);
  const double others_max = max_of_others(row, classes, target);
  Reference of_others;
  if (!reference_of_others(row, others_max, logit, solved.reference, of_others)) return {0, 0};
  NoObserver none;
  const double others =
      sum_row(row.general(), classes, target, of_others, nullptr, nullptr, none).sum;
  return near_one_loss(row, others, of_others, logit);
}

}  // namespace logits
