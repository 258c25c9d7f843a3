// logSumExp: out = log sum e^x along the class axis. NaN if any element is; else +inf if any
// element is; -inf if all are, or if there is none.
#pragma once

#include <cstdint>

#include "../kernel-table.h"
#include "log.h"
#include "row-loop.h"

namespace logits {

// log sum e^(x - offset) of a regular row.
template <class V>
LOGITS_INLINE double log_shifted_sum(const RowSum& solved) {
  return log_scaled<V>(solved.total(), solved.reference.exponent - kHeadroom);
}

template <class V>
LOGITS_INLINE double log_sum(const RowSum& solved) {
  switch (solved.kind) {
    case RowKind::nan:
      return double_of<V>(kNanBitsF64);
    case RowKind::infinite:
      return double_of<V>(kInfinityBitsF64);
    case RowKind::empty:
      return -double_of<V>(kInfinityBitsF64);
    case RowKind::regular:
      break;
  }
  return log_shifted_sum<V>(solved) + static_cast<double>(solved.reference.offset);
}

// log e^x is x, to the last bit.
template <class V>
inline void copy_single_classes(const float* logits, float* out, int64_t rows) {
  for (int64_t row = 0; row < rows; ++row) {
    const float x = logits[row];
    out[row] = x == x ? x : float_of<V>(kNanBits);
  }
}

template <class V>
inline void log_sum_exp(const float* logits, float* out, const Layout& layout) {
  const int64_t classes = layout.classes;
  if (classes == 1) {
    copy_single_classes<V>(logits, out, layout.rows());
    return;
  }
  int guess = 0;
  RowSum solved[kBatchRows];
  for_each_batch<V>(
      layout,
      [&](int64_t at, int64_t row, int count) {
        for (int i = 0; i < count; ++i) {
          solved[i] = solve_row<V>(logits + at + i * classes, classes, -1, 1.0, guess, nullptr);
        }
        for (int i = 0; i < count; ++i) out[row + i] = static_cast<float>(log_sum<V>(solved[i]));
      },
      [&](int64_t at, int64_t row, const bool(&active)[kPanelRows]) {
        const Panel<V> panel = make_panel<V>(logits + at, classes, layout.inner, active);
        solve_panel<V>(panel, no_exclusion<V>(), 1.0, guess, nullptr, solved);
        for (int i = 0; i < kPanelRows; ++i) {
          if (active[i]) out[row + i] = static_cast<float>(log_sum<V>(solved[i]));
        }
      });
}

}  // namespace logits
