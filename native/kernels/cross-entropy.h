// crossEntropy with class-index targets: each row's loss in float64 and, where asked for, the
// gradient of the losses by the logits:
//
//   loss = -log softmax(x)[target]
//   gradient[c] = softmax(x)[c] * scale,  gradient[target] = -(1 - softmax(x)[target]) * scale
//
// An ignored row is not read; its loss and its gradient are 0.
#pragma once

#include <cstdint>

#include "../kernel-table.h"
#include "log-probability.h"
#include "row-loop.h"
#include "scale.h"

namespace logits {

// A probability's complement keeps its relative precision near p = 1; 0 - 0 avoids a gradient of
// -0.
template <class V>
LOGITS_INLINE float target_gradient(const TargetLoss& loss, double scale) {
  return static_cast<float>(0 - loss.complement * scale);
}

template <class V>
LOGITS_INLINE double divisor_of(const CrossEntropyCall& call) {
  return call.gradient ? 1 / call.gradient_scale : 1.0;
}

template <class V>
inline void write_row_gradient(const CrossEntropyCall& call, int64_t at, int64_t target,
                               const RowSum& solved, const TargetLoss& loss, const float* scaled) {
  const int64_t classes = call.layout.classes;
  float* gradient = call.gradient + at;
  if (solved.kind != RowKind::regular) {
    fill_row<V>(gradient, classes, float_of<V>(kNanBits));
    return;
  }
  write_scaled_row<V>(call.logits + at, gradient, classes, solved,
                      call.gradient_scale / solved.total(), scaled);
  gradient[target] = target_gradient<V>(loss, call.gradient_scale);
}

// With a gradient, row after row, since scratch holds the terms of one.
template <class V>
inline void cross_entropy_rows_with_gradient(const CrossEntropyCall& call, int64_t at, int64_t row,
                                             int count, int& guess) {
  const int64_t classes = call.layout.classes;
  float* scaled = classes <= kScratchFloats ? call.scratch : nullptr;
  for (int i = 0; i < count; ++i, ++row, at += classes) {
    const int64_t target = call.targets[row];
    if (target == kIgnoredRow) {
      call.losses[row] = 0;
      fill_row<V>(call.gradient + at, classes, 0.0f);
      continue;
    }
    const float* x = call.logits + at;
    const RowSum solved = solve_row<V>(x, classes, target, divisor_of<V>(call), guess, scaled);
    const TargetLoss loss = loss_in_row<V>(x, classes, target, solved);
    call.losses[row] = loss.loss;
    write_row_gradient<V>(call, at, target, solved, loss, scaled);
  }
}

template <class V>
inline void cross_entropy_rows(const CrossEntropyCall& call, int64_t at, int64_t row, int count,
                               int& guess) {
  const int64_t classes = call.layout.classes;
  const int64_t* targets = call.targets + row;
  RowSum solved[kBatchRows];
  for (int i = 0; i < count; ++i) {
    if (targets[i] == kIgnoredRow) continue;
    solved[i] =
        solve_row<V>(call.logits + at + i * classes, classes, targets[i], 1.0, guess, nullptr);
  }
  for (int i = 0; i < count; ++i) {
    const float* x = call.logits + at + i * classes;
    call.losses[row + i] =
        targets[i] == kIgnoredRow ? 0 : loss_in_row<V>(x, classes, targets[i], solved[i]).loss;
  }
}

template <class V>
inline void cross_entropy_panel(const CrossEntropyCall& call, int64_t at, int64_t row,
                                const bool (&inside)[kPanelRows], int& guess) {
  const Layout& layout = call.layout;
  bool active[kPanelRows];
  bool ignored[kPanelRows];
  PanelExclusion targets;
  bool any_active = false;
  bool any_ignored = false;
  for (int i = 0; i < kPanelRows; ++i) {
    const int64_t target = inside[i] ? call.targets[row + i] : kIgnoredRow;
    active[i] = target != kIgnoredRow;
    ignored[i] = inside[i] && !active[i];
    any_active = any_active || active[i];
    any_ignored = any_ignored || ignored[i];
    targets.at[i] = active[i] ? static_cast<uint32_t>(target) : kNothingExcluded;
    if (ignored[i]) call.losses[row + i] = 0;
  }
  targets.any = true;
  float* gradient = call.gradient ? call.gradient + at : nullptr;
  if (gradient && any_ignored) {
    const Panel<V> idle = make_panel<V>(gradient, layout.classes, layout.inner, ignored);
    write_panel<V>(idle, gradient, [](int64_t) { return V::broadcast(0.0f); });
  }
  if (!any_active) return;

  const Panel<V> panel = make_panel<V>(call.logits + at, layout.classes, layout.inner, active);
  float* scaled =
      gradient && layout.classes * kPanelRows <= kScratchFloats ? call.scratch : nullptr;
  RowSum solved[kPanelRows];
  TargetLoss losses[kPanelRows];
  solve_target_panel<V>(panel, targets, divisor_of<V>(call), guess, scaled, solved, losses);
  double factor[kPanelRows] = {};
  for (int i = 0; i < kPanelRows; ++i) {
    if (!active[i]) continue;
    call.losses[row + i] = losses[i].loss;
    factor[i] = call.gradient_scale / solved[i].total();
  }
  if (!gradient) return;
  write_scaled_panel<V>(panel, gradient, solved, factor, scaled);
  for (int i = 0; i < kPanelRows; ++i) {
    if (!active[i] || solved[i].kind != RowKind::regular) continue;
    gradient[targets.at[i] * layout.inner + i] = target_gradient<V>(losses[i], call.gradient_scale);
  }
}

template <class V>
inline void cross_entropy(const CrossEntropyCall& call) {
  int guess = 0;
  for_each_batch<V>(
      call.layout,
      [&](int64_t at, int64_t row, int count) {
        if (call.gradient) {
          cross_entropy_rows_with_gradient<V>(call, at, row, count, guess);
        } else {
          cross_entropy_rows<V>(call, at, row, count, guess);
        }
      },
      [&](int64_t at, int64_t row, const bool(&inside)[kPanelRows]) {
        cross_entropy_panel<V>(call, at, row, inside, guess);
      });
}

}  // namespace logits
