// softmax: out = e^x / sum e^x along the class axis. Rows with a NaN, a +inf or nothing but -inf
// become NaN throughout.
#pragma once

#include <cstdint>

#include "../../kernel-table.h"
#include "../../platform/force-inline.h"
#include "../rows/row-loop.h"
#include "../rows/scale-panel.h"
#include "../rows/scale.h"
#include "../rows/solve-panels.h"
#include "../rows/stack.h"

namespace logits {

template <class R>
LOGITS_INLINE void softmax_row(const R& row, const typename R::Results& out, int64_t classes,
                               int& guess, const Share& share) {
  auto* scaled = scratch_for<R>(share.scratch, classes);
  const RowSum solved = solve_row(row, classes, -1, 1.0, guess, scaled, share.team);
  if (solved.kind == RowKind::regular) {
    write_scaled_row(row, out, classes, solved, 1 / solved.sum, scaled, share.team);
  } else {
    fill_row_with_nan<typename R::Arithmetic>(out, classes);
  }
}

template <class P>
inline void softmax_bundle(const P& bundle, const Output& out, int& guess, float* scratch) {
  float* scaled = bundle.scratch(scratch);
  BundleSums<P::kRows> sums;
  double factor[P::kRows];
  const ExcludedClasses<P::kRows> none = none_excluded<P>();
  solve_bundle(bundle, none, 1.0, guess, scaled, sums);
  for (int i = 0; i < bundle.lanes(); ++i) factor[i] = 1 / sums.sum[i];
  write_bundle(bundle, out, sums, factor, scaled, none, nullptr);
}

template <class V>
inline void softmax(const Input& logits, const Output& out, const Share& share) {
  int guess = 0;
  walk<V>(
      logits, out, share, true,
      [&](const auto& bundle) { softmax_bundle(bundle, out, guess, share.scratch); },
      [&](const auto& row, const auto& sink) {
        softmax_row(row, sink, logits.layout.classes, guess, share);
      });
}

}  // namespace logits
