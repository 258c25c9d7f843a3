// softmax: out = e^x / sum e^x along the class axis. Rows with a NaN, a +inf or nothing but -inf
// become NaN throughout.
#pragma once

#include <cstdint>

#include "../kernel-table.h"
#include "row-loop.h"
#include "scale.h"

namespace logits {

template <class V>
inline void softmax(const float* logits, float* out, const Layout& layout, float* scratch) {
  int guess = 0;
  for_each_row_or_panel<V>(
      layout,
      [&](int64_t at, int64_t) {
        float* scaled = layout.classes <= kScratchFloats ? scratch : nullptr;
        const RowSum solved = solve_row<V>(logits + at, layout.classes, -1, 1.0, guess, scaled);
        if (solved.kind == RowKind::regular) {
          write_scaled_row<V>(logits + at, out + at, layout.classes, solved, 1 / solved.sum,
                              scaled);
        } else {
          fill_row<V>(out + at, layout.classes, float_of<V>(kNanBits));
        }
      },
      [&](int64_t at, int64_t, const bool(&active)[kPanelRows]) {
        const Panel<V> panel = make_panel<V>(logits + at, layout.classes, layout.inner, active);
        float* scaled = layout.classes * kPanelRows <= kScratchFloats ? scratch : nullptr;
        RowSum solved[kPanelRows];
        double factor[kPanelRows];
        solve_panel<V>(panel, no_exclusion<V>(), 1.0, guess, scaled, solved);
        for (int i = 0; i < kPanelRows; ++i) factor[i] = 1 / solved[i].sum;
        write_scaled_panel<V>(panel, out + at, solved, factor, scaled);
      });
}

}  // namespace logits
