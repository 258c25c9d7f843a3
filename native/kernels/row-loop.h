// The walk over a layout: row by row where the classes are neighbours in memory, sixteen rows side
// by side where they are not.
#pragma once

#include <cstdint>

#include "../force-inline.h"
#include "../kernel-table.h"
#include "panel.h"

namespace logits {

// on_row(at, row): the row's first element is at `at`.
// on_panel(at, row, active): lane i is the row `row` + i, its first element at `at` + i.
template <class V, class OnRow, class OnPanel>
LOGITS_INLINE void for_each_row_or_panel(const Layout& layout, OnRow on_row, OnPanel on_panel) {
  for (int64_t outer = 0; outer < layout.outer; ++outer) {
    const int64_t start = outer * layout.classes * layout.inner;
    if (layout.inner == 1) {
      on_row(start, outer);
      continue;
    }
    for (int64_t inner = 0; inner < layout.inner; inner += kPanelRows) {
      bool active[kPanelRows];
      for (int i = 0; i < kPanelRows; ++i) active[i] = inner + i < layout.inner;
      on_panel(start + inner, outer * layout.inner + inner, active);
    }
  }
}

}  // namespace logits
