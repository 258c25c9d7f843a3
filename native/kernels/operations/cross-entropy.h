// crossEntropy: each row's loss in float64 and, where asked for, the gradient of the losses by the
// logits. With the coefficients a[c] of ClassLoss (kernel-table.h), their sum A, and the row's
// scale k:
//
//   loss = sum of a[c] (log sum e^x - x[c]) + z_loss (log sum e^x)^2
//   gradient[c] = k ((A + 2 z_loss log sum e^x) softmax(x)[c] - a[c])
//
// times the derivative of what soft cap and temperature do to the logits. An ignored row is not
// read; its loss and its gradient are 0. A coefficient of 0 removes its term.
#pragma once

#include <cstdint>

#include "../../kernel-table.h"
#include "../rows/row-loop.h"
#include "../rows/scale-panel.h"
#include "../rows/solve-panels.h"
#include "../rows/stack.h"
#include "cross-entropy-row.h"

namespace logits {

// Rows of which only the targets have coefficients, and only losses are wanted. Their logarithms do
// not wait for each other's sums.
template <class R>
inline void index_losses(const CrossEntropyCall& call, const Share& share, const Rows<R>& rows,
                         const Batch& batch, int& guess) {
  const int64_t classes = call.logits.layout.classes;
  const uint32_t* targets = call.loss.targets + batch.row;
  RowSum solved[kStackRows];
  for (int i = 0; i < batch.count; ++i) {
    if (targets[i] == kIgnoredRow) continue;
    solved[i] = solve_row(rows[batch[i]], classes, targets[i], 1.0, guess, nullptr, share.team);
  }
  for (int i = 0; i < batch.count; ++i) {
    double& loss = call.losses[batch.row + i];
    loss = 0;
    if (targets[i] == kIgnoredRow) continue;
    const R row = rows[batch[i]];
    const TargetLoss of_target = loss_in_row(row, classes, targets[i], solved[i]);
    loss = loss_of_index(row, call, targets[i], solved[i], of_target).loss;
  }
}

// The coefficients of a bundle's targets, and what each row's gradient is scaled by.
template <int Rows>
struct BundleFactors {
  double own[Rows];
  double scale[Rows];

  // 0 where a row's factor is not moderate.
  LOGITS_INLINE double divisor(int i) const {
    const double factor = scale[i] * own[i];
    return is_moderate(factor) ? divisor_of(factor) : 0;
  }
};

// Those of rows that differ in nothing but their targets, or of each row.
template <class P>
LOGITS_INLINE bool same_factors(const CrossEntropyCall& call, const P& bundle,
                                BundleFactors<P::kRows>& factors) {
  if (call.loss.weight != nullptr || call.row_scales != nullptr) return false;
  const double own = own_coefficient(call.loss, 0);
  const double scale = row_scale(call, 0) * bundle.row(0).scaled(1).high;
  for (int i = 0; i < bundle.lanes(); ++i) factors.own[i] = own;
  for (int i = 0; i < bundle.lanes(); ++i) factors.scale[i] = scale;
  return true;
}

// Which rows of a bundle are solved together: those that are not ignored and whose gradients
// float32 factors can scale. Returns the divisor of their sums (row.h, solve_row), 0 where there is
// none of them.
template <class P>
LOGITS_INLINE double choose_active(const CrossEntropyCall& call, const P& bundle,
                                   ExcludedClasses<P::kRows>& targets,
                                   BundleFactors<P::kRows>& factors, bool (&active)[P::kRows]) {
  const Batch& batch = bundle.batch;
  const bool wants_gradient = call.gradient.data != nullptr;
  const bool same = same_factors(call, bundle, factors);
  const double common = wants_gradient && same ? factors.divisor(0) : 1;
  double divisor = 0;
  for (int i = 0; i < batch.count; ++i) {
    const int64_t target = call.loss.targets[batch.row + i];
    targets.at[i] = static_cast<uint32_t>(target);
    active[i] = target != kIgnoredRow && common != 0;
    if (!active[i]) continue;
    double own_divisor = common;
    if (!same) {
      factors.own[i] = own_coefficient(call.loss, target);
      factors.scale[i] = row_scale(call, batch.row + i) * bundle.row(i).scaled(1).high;
      if (wants_gradient) own_divisor = factors.divisor(i);
      active[i] = own_divisor != 0;
    }
    divisor = own_divisor > divisor ? own_divisor : divisor;
  }
  targets.any = divisor != 0;
  return divisor;
}

// Takes the rows of a bundle that are not active one at a time, and leaves the others to it.
template <class P>
LOGITS_INLINE void take_inactive(const CrossEntropyCall& call, const Share& share,
                                 const bool (&active)[P::kRows], int& guess, P& bundle) {
  const Batch& batch = bundle.batch;
  bool full = batch.count == bundle.lanes();
  for (int i = 0; i < batch.count; ++i) {
    full = full && active[i];
    if (active[i]) continue;
    cross_entropy_row(call, share, bundle.row(i), batch[i], batch.row + i, guess);
  }
  if (!full) set_active(bundle, active);
}

// The losses of a bundle's rows, all of whose classes may have coefficients.
template <class P>
inline void spread_losses(const CrossEntropyCall& call, const Share& share, P bundle, int& guess) {
  using V = typename P::Arithmetic::Set;
  const Batch& batch = bundle.batch;
  const uint32_t* targets = call.loss.targets ? call.loss.targets + batch.row : nullptr;
  bool active[P::kRows] = {};
  ExcludedClasses<P::kRows> reference_classes = none_excluded<P>();
  for (int i = 0; i < batch.count; ++i) {
    const int64_t target = targets ? targets[i] : 0;
    if (target == kIgnoredRow) continue;
    const Coefficients<V> spread = coefficients_of<V>(call, batch[i]);
    const int64_t reference_class =
        reference_class_of(bundle.row(i), bundle.classes, target, spread);
    reference_classes.at[i] = static_cast<uint32_t>(reference_class);
    active[i] = !targets || reference_class == target;
    reference_classes.any = reference_classes.any || active[i];
  }
  take_inactive(call, share, active, guess, bundle);
  if (!reference_classes.any) return;

  BundleSums<P::kRows> sums;
  double losses[P::kRows];
  double one_minus_p[P::kRows];
  solve_bundle(bundle, reference_classes, 1.0, guess, nullptr, sums);
  target_losses(bundle, reference_classes, sums, losses, one_minus_p);
  for (int i = 0; i < batch.count; ++i) {
    if (!active[i]) continue;
    const auto row = bundle.row(i);
    const Coefficients<V> spread = coefficients_of<V>(call, batch[i]);
    const int64_t reference_class = reference_classes.at[i];
    const LinearSums linear = linear_sums(row, bundle.classes, reference_class, spread);
    const TargetLoss of_reference = {losses[i], one_minus_p[i]};
    call.losses[batch.row + i] = loss_of_all(row, call, reference_class, reference_class, spread,
                                             sums[i], linear, of_reference)
                                     .loss;
  }
}

// A bundle of rows of which only the targets have coefficients. Those that ask for more than a
// bundle computes are taken one at a time.
template <class P>
inline void cross_entropy_bundle(const CrossEntropyCall& call, const Share& share, const P& all,
                                 int& guess) {
  using V = typename P::Arithmetic::Set;
  const Batch& batch = all.batch;
  const bool wants_gradient = call.gradient.data != nullptr;
  const bool simple = !spreads(call.loss) && call.loss.z_loss == 0;
  bool active[P::kRows];
  for (int i = 0; i < all.lanes(); ++i) active[i] = false;
  BundleFactors<P::kRows> factors;
  ExcludedClasses<P::kRows> targets = none_excluded<P>();
  const double divisor = simple ? choose_active(call, all, targets, factors, active) : 0;
  P bundle = all;
  take_inactive(call, share, active, guess, bundle);
  if (!targets.any) return;

  float* scaled = wants_gradient ? bundle.scratch(share.scratch) : nullptr;
  BundleSums<P::kRows> sums;
  double losses[P::kRows];
  double one_minus_p[P::kRows];
  solve_bundle(bundle, targets, divisor, guess, scaled, sums);
  target_losses(bundle, targets, sums, losses, one_minus_p);
  if (bundle.full && sums.uniform) {
    for (int i = 0; i < bundle.lanes(); i += 8) {
      const auto loss = times<V>(V::load(factors.own + i), V::load(losses + i));
      V::store(call.losses + batch.row + i, loss);
    }
  } else {
    for (int i = 0; i < batch.count; ++i) {
      if (!active[i]) continue;
      const double loss = sums.is_regular(i) ? times(factors.own[i], losses[i]) : losses[i];
      call.losses[batch.row + i] = loss;
    }
  }
  if (!wants_gradient) return;
  double factor[P::kRows];
  double at_target[P::kRows];
  for (int i = 0; i < bundle.lanes(); ++i) {
    factor[i] = 0;
    if (!bundle.full && !active[i]) continue;
    const double own = factors.own[i];
    factor[i] = own * factors.scale[i] / (sums.sum[i] + sums.excluded[i]);
    at_target[i] = (0 - times(own, one_minus_p[i])) * factors.scale[i];
  }
  write_bundle(bundle, call.gradient, sums, factor, scaled, targets, at_target);
}

template <class V>
inline void cross_entropy(const CrossEntropyCall& call, const Share& share) {
  const bool wants_gradient = call.gradient.data != nullptr;
  int guess = 0;
  walk<V>(
      call.logits, share, wants_gradient,
      [&](const auto& bundle) {
        if (spreads(call.loss) && !wants_gradient) {
          spread_losses(call, share, bundle, guess);
        } else {
          cross_entropy_bundle(call, share, bundle, guess);
        }
      },
      [&](const auto& rows, const Batch& batch) {
        if (!spreads(call.loss) && !wants_gradient) {
          index_losses(call, share, rows, batch, guess);
          return;
        }
        for (int i = 0; i < batch.count; ++i) {
          cross_entropy_row(call, share, rows[batch[i]], batch[i], batch.row + i, guess);
        }
      });
  end_streams<V>(call.gradient.streams);
}

}  // namespace logits
