// logSoftmax: out = x - log sum e^x along the class axis. The likeliest class, where it holds more
// than half, takes its value from the sum of the others, since x - log sum would cancel there.
#pragma once

#include <cstdint>

#include "../kernel-table.h"
#include "log-probability.h"
#include "log-sum-exp.h"
#include "row-loop.h"
#include "scale.h"

namespace logits {

// The first element that is not below `max`, the row's maximum; the last one if another thread has
// meanwhile overwritten it (shared memory), so that the walk ends inside the row.
template <class V>
LOGITS_INLINE int64_t find_max(const float* x, int64_t classes, float max) {
  const auto limit = V::broadcast(max);
  int64_t at = 0;
  while (at + 16 <= classes && V::all(V::greater(limit, V::load(x + at)))) {
    at += 16;
  }
  while (at < classes - 1 && x[at] < max) ++at;
  return at < classes ? at : classes - 1;
}

// (x - offset) - log(sum e^(x - offset)), the float64 logarithm as two floats. The offset stays
// apart, since a logarithm vanishes beside an offset of 1e38.
template <class V>
struct LogSumVectors {
  typename V::F32 offset;
  typename V::F32 high;
  typename V::F32 low;

  LOGITS_INLINE typename V::F32 below(typename V::F32 x) const {
    return V::sub(V::sub(V::sub(x, offset), high), low);
  }
};

template <class V>
inline void log_softmax_row(const float* x, float* out, int64_t classes) {
  const Extent extent = extent_of_row<V>(x, classes);
  if (kind_of<V>(extent) != RowKind::regular) {
    fill_row<V>(out, classes, float_of<V>(kNanBits));
    return;
  }
  const int64_t likeliest = find_max<V>(x, classes, extent.max);
  int guess = reference_for<V>(extent.max).exponent;
  const RowSum solved = solve_row<V>(x, classes, likeliest, 1.0, guess, nullptr);
  const TargetLoss loss = loss_in_row<V>(x, classes, likeliest, solved);
  const double sum = log_shifted_sum<V>(solved);
  const LogSumVectors<V> logs = {V::broadcast(solved.reference.offset),
                                 V::broadcast(factor_high<V>(sum)),
                                 V::broadcast(factor_low<V>(sum))};
  write_row<V>(out, classes,
               [&](int64_t at, int lanes) { return logs.below(load_lanes<V>(x + at, lanes)); });
  if (loss.complement < 0.5) out[likeliest] = static_cast<float>(0 - loss.loss);
}

template <class V>
inline void log_softmax_panel(const Panel<V>& panel, float* out, int& guess) {
  const PanelExtent extent = extent_of_panel<V>(panel, no_exclusion<V>());
  PanelExclusion likeliest;
  likeliest.any = true;
  for (int i = 0; i < kPanelRows; ++i) likeliest.at[i] = extent.argmax[i];
  RowSum solved[kPanelRows];
  TargetLoss losses[kPanelRows];
  solve_target_panel<V>(panel, likeliest, 1.0, guess, nullptr, solved, losses);
  float offset[kPanelRows];
  float high[kPanelRows];
  float low[kPanelRows];
  for (int i = 0; i < kPanelRows; ++i) {
    const bool regular = panel.is_active[i] != 0 && solved[i].kind == RowKind::regular;
    const double sum = regular ? log_shifted_sum<V>(solved[i]) : 0;
    offset[i] = regular ? solved[i].reference.offset : 0;
    high[i] = regular ? factor_high<V>(sum) : float_of<V>(kNanBits);
    low[i] = factor_low<V>(sum);
  }
  const LogSumVectors<V> logs = {V::load(offset), V::load(high), V::load(low)};
  const auto nan = V::broadcast_bits(kNanBits);
  const auto is_nan = V::equal(V::bits(logs.high), nan);
  write_panel<V>(panel, out, [&](int64_t c) {
    return V::from_bits(V::select(is_nan, nan, V::bits(logs.below(panel.load(c)))));
  });
  for (int i = 0; i < kPanelRows; ++i) {
    if (panel.is_active[i] == 0 || solved[i].kind != RowKind::regular) continue;
    if (losses[i].complement < 0.5) {
      out[likeliest.at[i] * panel.stride + i] = static_cast<float>(0 - losses[i].loss);
    }
  }
}

template <class V>
inline void log_softmax(const float* logits, float* out, const Layout& layout) {
  const int64_t classes = layout.classes;
  if (classes == 0) return;  // however many rows of nothing there are
  int guess = 0;
  for_each_batch<V>(
      layout,
      [&](int64_t at, int64_t, int count) {
        for (int64_t row = at; row < at + count * classes; row += classes) {
          log_softmax_row<V>(logits + row, out + row, classes);
        }
      },
      [&](int64_t at, int64_t, const bool(&active)[kPanelRows]) {
        log_softmax_panel<V>(make_panel<V>(logits + at, classes, layout.inner, active), out + at,
                             guess);
      });
}

}  // namespace logits
