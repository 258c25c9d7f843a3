// softmax: out = e^x / sum e^x along the class axis. Rows with a NaN, a +inf or nothing but -inf
// become NaN throughout.
#pragma once

#include <cstdint>

#include "../force-inline.h"
#include "../kernel-table.h"
#include "row-loop.h"
#include "scale.h"

namespace logits {

template <class V>
LOGITS_INLINE void softmax_row(const float* x, float* out, int64_t classes, int& guess,
                               float* scratch) {
  float* scaled = classes <= kScratchFloats ? scratch : nullptr;
  const RowSum solved = solve_row<V>(x, classes, -1, 1.0, guess, scaled);
  if (solved.kind == RowKind::regular) {
    write_scaled_row<V>(x, out, classes, solved, 1 / solved.sum, scaled);
  } else {
    fill_row<V>(out, classes, float_of<V>(kNanBits));
  }
}

template <class V>
LOGITS_INLINE void softmax_panel(const Panel<V>& panel, float* out, int& guess, float* scratch) {
  float* scaled = panel.classes * kPanelRows <= kScratchFloats ? scratch : nullptr;
  RowSum solved[kPanelRows];
  double factor[kPanelRows];
  solve_panel<V>(panel, no_exclusion<V>(), 1.0, guess, scaled, solved);
  for (int i = 0; i < kPanelRows; ++i) factor[i] = 1 / solved[i].sum;
  write_scaled_panel<V>(panel, out, solved, factor, scaled);
}

template <class V>
inline void softmax(const float* logits, float* out, const Layout& layout, float* scratch) {
  const int64_t classes = layout.classes;
  if (classes == 0) return;  // however many rows of nothing there are
  int guess = 0;
  for_each_batch<V>(
      layout,
      [&](int64_t at, int64_t, int count) {
        for (int64_t row = at; row < at + count * classes; row += classes) {
          softmax_row<V>(logits + row, out + row, classes, guess, scratch);
        }
      },
      [&](int64_t at, int64_t, const bool(&active)[kPanelRows]) {
        softmax_panel<V>(make_panel<V>(logits + at, classes, layout.inner, active), out + at, guess,
                         scratch);
      });
}

}  // namespace logits
