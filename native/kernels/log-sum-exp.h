// logSumExp: out = log sum e^x along the class axis. NaN if any element is; else +inf if any
// element is; -inf if all are, or if there is none.
#pragma once

#include <cstdint>

#include "../kernel-table.h"
#include "log-probability.h"
#include "row-loop.h"

namespace logits {

template <class R>
LOGITS_INLINE double log_sum(const R& row, const RowSum& solved) {
  using A = typename R::Arithmetic;
  switch (solved.kind) {
    case RowKind::nan:
      return double_of<A>(kNanBitsF64);
    case RowKind::infinite:
      return double_of<A>(kInfinityBitsF64);
    case RowKind::empty:
      return -double_of<A>(kInfinityBitsF64);
    case RowKind::regular:
      break;
  }
  return log_shifted_sum<A>(solved).sum() + row.scaled(solved.reference.offset).high;
}

// log e^x is x, to the last bit.
template <class R>
LOGITS_INLINE double log_single(const R& row) {
  const double x = row.value(0);
  return x == x ? row.scaled(x).high : double_of<typename R::Arithmetic>(kNanBitsF64);
}

template <class V>
inline void log_sum_exp(const Input& logits, void* out, const Share& share) {
  const int64_t classes = logits.layout.classes;
  const Sink<V> sink = {out, has_double_results(logits.element), 1};
  int guess = 0;
  RowSum solved[kBatchRows];
  walk<V>(
      logits, share,
      [&](const auto& rows, const Batch& batch) {
        if (classes == 1) {
          for (int i = 0; i < batch.count; ++i) {
            sink.store(batch.row + i, log_single(rows[batch[i]]));
          }
          return;
        }
        for (int i = 0; i < batch.count; ++i) {
          solved[i] = solve_row(rows[batch[i]], classes, -1, 1.0, guess, nullptr);
        }
        for (int i = 0; i < batch.count; ++i) {
          sink.store(batch.row + i, log_sum(rows[batch[i]], solved[i]));
        }
      },
      [&](const auto& panel, const Batch& batch) {
        if (classes != 1) {
          solve_panel(panel, no_exclusion<V>(), 1.0, guess, nullptr, solved);
        }
        for (int i = 0; i < batch.count; ++i) {
          const auto row = panel.row(i);
          sink.store(batch.row + i, classes == 1 ? log_single(row) : log_sum(row, solved[i]));
        }
      });
}

}  // namespace logits
