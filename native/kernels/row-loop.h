// The walk over a layout: rows one after another where the classes are neighbours in memory,
// sixteen rows side by side where they are not.
#pragma once

#include <cstdint>

#include "../force-inline.h"
#include "../kernel-table.h"
#include "panel.h"

namespace logits {

// Rows that are solved before the first of their results is worked out: the logarithms of several
// rows overlap in the processor, that of one row alone would be waited for.
static constexpr int kBatchRows = 16;

// on_rows(at, row, count): `count` rows one after another, from row `row`, whose first element is
// at `at`. on_panel(at, row, active): lane i is the row `row` + i, its first element at `at` + i.
template <class V, class OnRows, class OnPanel>
LOGITS_INLINE void for_each_batch(const Layout& layout, OnRows on_rows, OnPanel on_panel) {
  if (layout.rows() == 0) return;
  if (layout.inner == 1) {
    for (int64_t row = 0; row < layout.outer; row += kBatchRows) {
      const int64_t left = layout.outer - row;
      on_rows(row * layout.classes, row, left < kBatchRows ? static_cast<int>(left) : kBatchRows);
    }
    return;
  }
  for (int64_t outer = 0; outer < layout.outer; ++outer) {
    const int64_t start = outer * layout.classes * layout.inner;
    for (int64_t inner = 0; inner < layout.inner; inner += kPanelRows) {
      bool active[kPanelRows];
      for (int i = 0; i < kPanelRows; ++i) active[i] = inner + i < layout.inner;
      on_panel(start + inner, outer * layout.inner + inner, active);
    }
  }
}

}  // namespace logits
