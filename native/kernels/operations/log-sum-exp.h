// logSumExp: out = log sum e^x along the class axis. NaN if any element is; else +inf if any
// element is; -inf if all are, or if there is none.
#pragma once

#include <cstdint>
#include <type_traits>

#include "../../kernel-table.h"
#include "../rows/log-probability.h"
#include "../rows/row-loop.h"
#include "../rows/solve-panels.h"
#include "../rows/stack.h"

namespace logits {

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
  if (classes == 0) {
    // No element may be read, not even to fill a vector with.
    for (int64_t row = share.first; row < share.end; ++row) {
      sink.store(row, -double_of<V>(kInfinityBitsF64));
    }
    return;
  }
  int guess = 0;
  RowSum solved[kStackRows];
  const auto on_bundle = [&](const auto& bundle) {
    using P = std::decay_t<decltype(bundle)>;
    BundleSums<P::kRows> sums;
    double logs[P::kRows];
    solve_bundle(bundle, none_excluded<P>(), 1.0, guess, nullptr, sums);
    log_sums(bundle, sums, logs);
    for (int i = 0; i < bundle.batch.count; ++i) sink.store(bundle.batch.row + i, logs[i]);
  };
  walk<V>(
      logits, share,
      [&](auto rows, const Batch& batch) {
        if (classes == 1) {
          for (int i = 0; i < batch.count; ++i) {
            sink.store(batch.row + i, log_single(rows[batch[i]]));
          }
          return;
        }
        using R = typename decltype(rows)::Row;
        if constexpr (R::kStacks) {
          if (classes <= kMostStackClasses) {
            for_each_stack(rows, batch, classes, kStackRows, on_bundle);
            return;
          }
        }
        for (int i = 0; i < batch.count; ++i) {
          solved[i] = solve_row(rows[batch[i]], classes, -1, 1.0, guess, nullptr, share.team);
        }
        for (int i = 0; i < batch.count; ++i) {
          sink.store(batch.row + i, log_sum(rows[batch[i]], solved[i]));
        }
      },
      [&](const auto& panels) {
        if (classes != 1) {
          on_bundle(panels);
          return;
        }
        for (int i = 0; i < panels.batch.count; ++i) {
          sink.store(panels.batch.row + i, log_single(panels.row(i)));
        }
      });
}

}  // namespace logits
