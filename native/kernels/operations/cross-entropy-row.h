// One row's loss and gradient, as cross-entropy.h defines them.
#pragma once

#include <cstdint>

#include "../../kernel-table.h"
#include "../math/exp-double.h"
#include "../rows/log-probability.h"
#include "../rows/log-sum-vectors.h"
#include "../rows/row-loop.h"
#include "../rows/scale.h"
#include "class-coefficients.h"

namespace logits {

// Scales of which a float32 factor keeps every bit (../NUMERICS.md, 3.3), and which keep raised
// elements (3.2) out of sight. Others are applied in float64.
static constexpr double kSmallestScale = 0x1p-24;
static constexpr double kLargestScale = 1;

LOGITS_INLINE bool is_moderate(double scale) {
  const double magnitude = scale < 0 ? -scale : scale;
  return magnitude >= kSmallestScale && magnitude <= kLargestScale;
}

// What a sum is multiplied by before it divides a term times such a factor.
LOGITS_INLINE double divisor_of(double factor) { return 1 / (factor < 0 ? -factor : factor); }

LOGITS_INLINE bool spreads(const ClassLoss& loss) {
  return loss.probabilities != nullptr || loss.smoothing != 0;
}

LOGITS_INLINE double row_scale(const CrossEntropyCall& call, int64_t row) {
  const double scale = call.row_scales ? call.row_scales[row] : 1;
  return call.gradient_scale * scale;
}

// The part of the target's coefficient that other classes do not have: (1 - smoothing) weight[y].
LOGITS_INLINE double own_coefficient(const ClassLoss& loss, int64_t target) {
  const double weight = loss.weight ? loss.weight[target] : 1;
  return (1 - loss.smoothing) * weight;
}

// What a row's loss and gradient are made of: `reference_class` is the class that its sum left out.
struct RowLoss {
  double loss;
  int64_t reference_class;
  double at_reference;     // a[reference_class]
  double sum_of_others;    // the sum of the other a[c]
  double z_slope = 0;      // 2 z_loss log sum e^x
  double probability = 0;  // softmax(x)[reference_class]
  double one_minus_p = 0;  // 1 - that, without cancellation

  LOGITS_INLINE double total() const { return at_reference + sum_of_others; }
  // The factor of softmax(x) in the gradient.
  LOGITS_INLINE double slope() const { return total() + z_slope; }
  // The gradient at the reference class, in the form of which less cancels: a probability near 1
  // would with a coefficient that is most of the sum.
  LOGITS_INLINE double slope_at_reference() const {
    const double rest = sum_of_others + z_slope;
    if (rest * rest <= at_reference * at_reference) return rest - times(slope(), one_minus_p);
    return slope() * probability - at_reference;
  }
};

// softmax(x)[c] of a class with this logit and this term. A term that may have been raised
// (scaled_exp) depends on the row's reference, which no result may: then from its logarithm.
template <class R>
LOGITS_INLINE double probability_of(const R& row, const RowSum& solved, double logit, double term) {
  using A = typename R::Arithmetic;
  using V = typename A::Set;
  if (term > A::kSmallestTerm) return term / solved.total();
  const SplitLog<double> sum = log_shifted_sum<A>(solved);
  const Pair own = row.scaled(logit - solved.reference.offset);
  const double log_p = ((own.high - sum.high) + own.low) - sum.low;
  return first_lane<V>(exp<V>(V::broadcast(log_p)));
}

template <class R>
LOGITS_INLINE void add_z_loss(const R& row, const RowSum& solved, double z_loss, RowLoss& result) {
  if (z_loss == 0) return;
  const double log = log_sum(row, solved);
  result.loss += z_loss * log * log;
  result.z_slope = 2 * z_loss * log;
}

// A row of which only the target has a coefficient.
template <class R>
LOGITS_INLINE RowLoss loss_of_index(const R& row, const CrossEntropyCall& call, int64_t target,
                                    const RowSum& solved, const TargetLoss& of_target) {
  const double own = own_coefficient(call.loss, target);
  RowLoss result = {0, target, own, 0, 0, 0, of_target.one_minus_p};
  if (solved.kind != RowKind::regular) {
    result.loss = of_target.loss;
    return result;
  }
  result.probability = probability_of(row, solved, row.value(target), solved.excluded);
  result.loss = times(own, of_target.loss);
  add_z_loss(row, solved, call.loss.z_loss, result);
  return result;
}

// A row all of whose classes may have coefficients, `spread` those that its target does not add to.
template <class R>
LOGITS_INLINE RowLoss loss_of_all(const R& row, const CrossEntropyCall& call, int64_t target,
                                  int64_t reference_class,
                                  const Coefficients<typename R::Arithmetic::Set>& spread,
                                  const RowSum& solved, const LinearSums& linear,
                                  const TargetLoss& of_reference) {
  using A = typename R::Arithmetic;
  const bool has_own = call.loss.targets != nullptr;
  const double own = has_own ? own_coefficient(call.loss, target) : 0;
  RowLoss result = {double_of<A>(kNanBitsF64), reference_class, spread.value(reference_class),
                    linear.weight};
  if (solved.kind != RowKind::regular) return result;
  (has_own && reference_class != target ? result.sum_of_others : result.at_reference) += own;
  result.probability = probability_of(row, solved, row.value(reference_class), solved.excluded);
  result.one_minus_p = of_reference.one_minus_p;
  result.loss = times(result.total(), of_reference.loss) + row.scaled(linear.product).high;
  if (has_own && reference_class != target) {
    result.loss += times(own, row.scaled(row.value(reference_class) - row.value(target)).high);
  }
  add_z_loss(row, solved, call.loss.z_loss, result);
  return result;
}

// compute(term, at, count) in float64 lanes for a vector of either kind, the result in its kind.
template <class V, class Compute>
LOGITS_INLINE typename V::F64 in_doubles(typename V::F64 term, int64_t at, int count,
                                         Compute compute) {
  return compute(term, at, count);
}
template <class V, class Compute>
LOGITS_INLINE typename V::F32 in_doubles(typename V::F32 term, int64_t at, int count,
                                         Compute compute) {
  const auto low = compute(V::widen_low(term), at, count < 8 ? count : 8);
  if (count <= 8) return V::narrow(low, V::zero());
  return V::narrow(low, compute(V::widen_high(term), at + 8, count - 8));
}

// gradient[c] = (term of c) * factor - k b[c], in float64, for any coefficients and scale; then the
// classes that have more than that.
template <class R>
LOGITS_OUTLINE void write_gradient(const R& row, const CrossEntropyCall& call, int64_t target,
                                   const Coefficients<typename R::Arithmetic::Set>* spread,
                                   const RowSum& solved, const RowLoss& loss, double scale,
                                   const typename R::Results& out,
                                   const typename R::Arithmetic::Lane* scaled, const Team* team) {
  using V = typename R::Arithmetic::Set;
  const int64_t classes = call.logits.layout.classes;
  const auto slope = V::broadcast(loss.slope() * scale);
  const auto inverse = V::broadcast(1 / solved.total());
  const auto smallest = V::broadcast(R::Arithmetic::kSmallestTerm);
  const auto logs = broadcast_log_sum<Double<V>>(row, solved);
  const auto minus_scale = V::broadcast(-scale);
  // Both before anything is written: the gradient may lie in the logits' memory.
  const double at_reference =
      loss.slope_at_reference() * scale * first_lane<V>(row.slope(loss.reference_class, 1));
  double at_target = 0;
  if (call.loss.targets != nullptr && loss.reference_class != target) {
    const double logit = row.value(target);
    const double p =
        probability_of(row, solved, logit, scaled_exp_of(row, logit, solved.reference));
    const double all = own_coefficient(call.loss, target) + (spread ? spread->value(target) : 0);
    at_target = (loss.slope() * p - all) * scale * first_lane<V>(row.slope(target, 1));
  }
  write_terms(row, out, classes, solved, scaled, team, [&](auto term, int64_t at, int count) {
    return in_doubles<V>(term, at, count, [&](typename V::F64 t, int64_t first, int lanes) {
      auto p = V::mul(t, inverse);
      const auto is_plain = V::greater(t, smallest);
      // Too small for the row's units: from its logarithm.
      if (!V::all(is_plain)) {
        const auto small = exp<V>(logs.template below<R::kAccess>(row.load_doubles(first, lanes)));
        p = V::select(is_plain, p, small);
      }
      auto g = V::mul(p, slope);
      if (spread) g = V::add(g, V::mul(spread->load(first, lanes), minus_scale));
      return V::mul(g, row.slope(first, lanes));
    });
  });
  if (call.loss.targets != nullptr && loss.reference_class != target) out.store(target, at_target);
  out.store(loss.reference_class, at_reference);
}

// The coefficients that the classes of one row have beside the target's own.
template <class V>
LOGITS_INLINE Coefficients<V> coefficients_of(const CrossEntropyCall& call, const Place& place) {
  const ClassLoss& loss = call.loss;
  const double spread = loss.smoothing / static_cast<double>(call.logits.layout.classes);
  DoubleRow<V> probabilities = {};
  if (loss.probabilities) {
    const int64_t offset = offset_of(place, loss.probabilities->layout.outer_stride);
    probabilities = DoubleRow<V>::of(*loss.probabilities, {1, 0}, offset);
  }
  return {probabilities, loss.weight, 1 - loss.smoothing, spread};
}

// The class that a row's sum leaves out: the target, or the likeliest by the class probabilities;
// the largest logit where that one is -inf, or without a weight as far away as a mask puts it, or
// where distances may become infinite, which then have one sign.
template <class R>
inline int64_t reference_class_of(const R& row, int64_t classes, int64_t target,
                                  const Coefficients<typename R::Arithmetic::Set>& spread) {
  using V = typename R::Arithmetic::Set;
  const auto& probabilities = spread.probabilities;
  int64_t reference_class = target;
  if (probabilities.data != nullptr && probabilities.is_float()) {
    const auto* q = static_cast<const float*>(probabilities.data);
    reference_class = find_max(FloatRow<V, Access::plain>::of(q), classes);
  } else if (probabilities.data != nullptr) {
    reference_class = find_max(probabilities, classes);
  }
  const bool is_finite =
      row.value(reference_class) != -double_of<typename R::Arithmetic>(kInfinityBitsF64);
  const bool has_weight = spread.weight == nullptr || spread.weight[reference_class] != 0;
  const bool is_masked = !has_weight && row.scaled(row.value(reference_class)).high < -0x1p30;
  if (is_finite && !is_masked && row.scaled(1).high <= 0x1p60) return reference_class;
  return find_max(row, classes);
}

// A row of which only the target has a coefficient.
template <class R>
LOGITS_INLINE void cross_entropy_row_of_index(const CrossEntropyCall& call, const Share& share,
                                              const R& row, const typename R::Results& out,
                                              int64_t number, int& guess) {
  using A = typename R::Arithmetic;
  const int64_t classes = call.logits.layout.classes;
  const int64_t target = call.loss.targets[number];
  const bool wants_gradient = call.gradient.data != nullptr;
  auto* scaled = wants_gradient ? scratch_for<R>(share.scratch, classes) : nullptr;
  const double scale = row_scale(call, number) * row.scaled(1).high;
  const double factor = scale * own_coefficient(call.loss, target);
  const bool in_floats = A::kLanes == 16 && call.loss.z_loss == 0 && is_moderate(factor);
  const double divisor = in_floats ? divisor_of(factor) : 1.0;
  const RowSum solved = solve_row(row, classes, target, divisor, guess, scaled, share.team);
  const TargetLoss of_target = loss_in_row(row, classes, target, solved);
  const RowLoss result = loss_of_index(row, call, target, solved, of_target);
  call.losses[number] = result.loss;
  if (!wants_gradient) return;
  if (solved.kind != RowKind::regular || scale != scale) {
    fill_row_with_nan<A>(out, classes);
  } else if (in_floats) {
    write_scaled_row(row, out, classes, solved, factor / solved.total(), scaled, share.team);
    out.store(target, result.slope_at_reference() * scale);
  } else {
    write_gradient(row, call, target, nullptr, solved, result, scale, out, scaled, share.team);
  }
}

// A row all of whose classes may have coefficients.
template <class R>
LOGITS_OUTLINE void cross_entropy_row_of_all(const CrossEntropyCall& call, const Share& share,
                                             const R& row, const typename R::Results& out,
                                             const Place& place, int64_t number, int& guess) {
  using A = typename R::Arithmetic;
  using V = typename A::Set;
  const int64_t classes = call.logits.layout.classes;
  const int64_t target = call.loss.targets ? call.loss.targets[number] : 0;
  const bool wants_gradient = call.gradient.data != nullptr;
  auto* scaled = wants_gradient ? scratch_for<R>(share.scratch, classes) : nullptr;
  const double scale = row_scale(call, number) * row.scaled(1).high;
  const Coefficients<V> spread = coefficients_of<V>(call, place);
  const int64_t reference_class = reference_class_of(row, classes, target, spread);
  LinearTerms<V> linear(spread, row.value(reference_class));
  const RowSum solved =
      solve_row(row, classes, reference_class, 1.0, guess, scaled, share.team, linear);
  const TargetLoss of_reference = loss_in_row(row, classes, reference_class, solved);
  const RowLoss result =
      loss_of_all(row, call, target, reference_class, spread, solved, linear.total(), of_reference);
  call.losses[number] = result.loss;
  if (!wants_gradient) return;
  if (solved.kind != RowKind::regular || scale != scale) {
    fill_row_with_nan<A>(out, classes);
  } else {
    write_gradient(row, call, target, &spread, solved, result, scale, out, scaled, share.team);
  }
}

template <class R>
inline void cross_entropy_row(const CrossEntropyCall& call, const Share& share, const R& row,
                              const Place& place, int64_t number, int& guess) {
  typename R::Results out = {};
  if (call.gradient.data) out = sink_of<R>(call.gradient, call.logits, place);
  const bool is_ignored = call.loss.targets && call.loss.targets[number] == kIgnoredRow;
  if (is_ignored || call.logits.layout.classes == 0) {
    call.losses[number] = 0;
    if (call.gradient.data) fill_row<typename R::Arithmetic>(out, call.logits.layout.classes, 0);
  } else if (spreads(call.loss)) {
    cross_entropy_row_of_all(call, share, row, out, place, number, guess);
  } else {
    cross_entropy_row_of_index(call, share, row, out, number, guess);
  }
}

}  // namespace logits
