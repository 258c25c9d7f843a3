// logSumExp: out = log sum e^x along the class axis. NaN if any element is; else +inf if any
// element is; -inf if all are, or if there is none.
#pragma once

#include <cstdint>

#include "../../kernel-table.h"
#include "../rows/log-probability.h"
#include "../rows/row-loop.h"
#include "../rows/solve-panels.h"
#include "../rows/stack.h"

namespace logits {

// log e^x is x, to the last bit.
template <class R>
LOGITS_INLINE double log_single(const R& row) {
  return row.scaled(row.value(0)).high;
}

template <class P>
inline void log_sum_exp_bundle(const P& bundle, const Sink<typename P::Arithmetic::Set, void>& sink,
                               int& guess) {
  BundleSums<P::kRows> sums;
  double logs[P::kRows];
  if (bundle.classes == 1) {
    for (int i = 0; i < bundle.batch.count; ++i) logs[i] = log_single(bundle.row(i));
  } else {
    solve_bundle(bundle, none_excluded<P>(), 1.0, guess, nullptr, sums);
    log_sums(bundle, sums, logs);
  }
  for (int i = 0; i < bundle.batch.count; ++i) sink.store(bundle.batch.row + i, logs[i]);
}

template <class V>
inline void log_sum_exp(const Input& logits, void* out, const Share& share) {
  const int64_t classes = logits.layout.classes;
  const Sink<V, void> sink = {out, has_double_results(logits.element), 1};
  int guess = 0;
  walk<V>(
      logits, share, false, [&](const auto& bundle) { log_sum_exp_bundle(bundle, sink, guess); },
      [&](const auto& rows, const Batch& batch) {
        RowSum solved[kStackRows];
        for (int i = 0; i < batch.count && classes != 1; ++i) {
          solved[i] = solve_row(rows[batch[i]], classes, -1, 1.0, guess, nullptr, share.team);
        }
        for (int i = 0; i < batch.count; ++i) {
          const auto row = rows[batch[i]];
          sink.store(batch.row + i, classes == 1 ? log_single(row) : log_sum(row, solved[i]));
        }
      });
}

}  // namespace logits
