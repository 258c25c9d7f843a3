// The negative log-probability of one class of a row, exact in relative terms from the largest
// loss down to the smallest float64.
//
//   others = sum of e^x over the classes but the target        p = target term / (others + target)
//   -log p = log1p(others / target)                            where the target is the likelier
//   half
//          = log(others + target) - x_target                   where it is not
//
// log(sum) - x_target alone would lose a confident row's loss to cancellation: at a gap of 17 nats
// nothing of it is left in float32.
#pragma once

#include <cstdint>

#include "../force-inline.h"
#include "bits.h"
#include "log.h"
#include "panel.h"
#include "reference.h"
#include "row.h"

namespace logits {

struct TargetLoss {
  double loss;        // -log p
  double complement;  // 1 - p
};

// Below this share of the target, others' terms may have fallen under the row's reference: they are
// summed again in units of their own maximum.
static constexpr double kConfidentShare = 0x1p-64;

template <class V>
LOGITS_INLINE bool is_confident(const RowSum& solved) {
  return solved.kind == RowKind::regular && solved.sum < solved.excluded * kConfidentShare;
}

// The loss from the first sums; `target` is the target's logit.
template <class V>
LOGITS_INLINE TargetLoss loss_of_target(const RowSum& solved, float target) {
  if (solved.kind != RowKind::regular) {
    return {double_of<V>(kNanBitsF64), double_of<V>(kNanBitsF64)};
  }
  const double complement = solved.sum / solved.total();
  if (solved.sum <= solved.excluded) return {log1p<V>(solved.sum / solved.excluded), complement};
  if (bits_of<V>(target) == (kInfinityBits | 0x80000000)) {
    return {double_of<V>(kInfinityBitsF64), complement};
  }
  const double shifted = static_cast<double>(target) - static_cast<double>(solved.reference.offset);
  return {log_scaled<V>(solved.total(), solved.reference.exponent - kHeadroom) - shifted,
          complement};
}

// The reference in which a confident row's other classes are summed; false where e^(others' max)
// is below the smallest float64 share of the target, so that the loss is 0.
template <class V>
LOGITS_INLINE bool reference_of_others(float others_max, float target, const Reference& of_row,
                                       Reference& of_others) {
  static constexpr double kLargestGap = 800;  // e^-745 is the smallest float64
  if (!(static_cast<double>(target) - static_cast<double>(others_max) < kLargestGap)) return false;
  of_others = {even_exponent<V>(others_max - of_row.offset), of_row.offset};
  return true;
}

// others / target where each was summed in its own reference: below 2^-64, so that log1p and the
// share of the whole are the ratio itself.
template <class V>
LOGITS_INLINE TargetLoss confident_loss(double others, const Reference& of_others, float target) {
  const Reference own = {even_exponent<V>(target - of_others.offset), of_others.offset};
  const double term = static_cast<double>(scaled_exp_of<V>(target, own));
  // In two steps: the power alone may lie below the smallest normal float64.
  const int exponent = of_others.exponent - own.exponent;
  const double ratio =
      others / term * power_of_two<V>(exponent / 2) * power_of_two<V>(exponent - exponent / 2);
  return {ratio, ratio};
}

// The target's loss in a row that was solved without it.
template <class V>
LOGITS_INLINE TargetLoss loss_in_row(const float* x, int64_t classes, int64_t target,
                                     const RowSum& solved) {
  if (!is_confident<V>(solved)) return loss_of_target<V>(solved, x[target]);
  const float others_max = max_of_others<V>(x, classes, target);
  Reference of_others;
  if (!reference_of_others<V>(others_max, x[target], solved.reference, of_others)) return {0, 0};
  const double others = sum_row<V>(x, classes, target, of_others, nullptr).sum;
  return confident_loss<V>(others, of_others, x[target]);
}

// Solves a panel without its targets, which `exclusion` names, and gives their losses.
template <class V>
inline void solve_target_panel(const Panel<V>& panel, const PanelExclusion& exclusion,
                               double divisor, int& guess, float* scaled,
                               RowSum (&solved)[kPanelRows], TargetLoss (&losses)[kPanelRows]) {
  solve_panel<V>(panel, exclusion, divisor, guess, scaled, solved);
  bool confident = false;
  float targets[kPanelRows] = {};
  for (int i = 0; i < kPanelRows; ++i) {
    if (panel.is_active[i] == 0) continue;
    targets[i] = panel.x[exclusion.at[i] * panel.stride + i];
    losses[i] = loss_of_target<V>(solved[i], targets[i]);
    confident = confident || is_confident<V>(solved[i]);
  }
  if (!confident) return;
  const PanelExtent others = extent_of_panel<V>(panel, exclusion);
  Reference references[kPanelRows];
  bool resolved[kPanelRows];
  for (int i = 0; i < kPanelRows; ++i) {
    references[i] = {0, 0.0f};
    resolved[i] =
        panel.is_active[i] != 0 && is_confident<V>(solved[i]) &&
        reference_of_others<V>(others.max[i], targets[i], solved[i].reference, references[i]);
  }
  const RawPanelSum raw = sum_panel<V>(panel, exclusion, references, nullptr);
  for (int i = 0; i < kPanelRows; ++i) {
    if (panel.is_active[i] == 0 || !is_confident<V>(solved[i])) continue;
    losses[i] =
        resolved[i] ? confident_loss<V>(raw.sum[i], references[i], targets[i]) : TargetLoss{0, 0};
  }
}

}  // namespace logits
