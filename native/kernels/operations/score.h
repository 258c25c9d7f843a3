// score: what is read off each row's logits, from one look at them. Short rows that follow each
// other are summed together; each is scanned by itself.
#pragma once

#include <cstdint>

#include "../../kernel-table.h"
#include "../rows/log-probability.h"
#include "../rows/row-loop.h"
#include "../rows/stack.h"
#include "score-row.h"

namespace logits {

// Whether the row is ignored; then its results are stored.
template <class V>
LOGITS_INLINE bool store_ignored(const ScoreCall& call, int64_t number) {
  if (!call.targets || call.targets[number] != kIgnoredRow) return false;
  ScoreSinks<V>(call, number).store_all(0, 0);
  return true;
}

template <class R>
LOGITS_INLINE void score_row(const ScoreCall& call, const Share& share, const R& row,
                             int64_t number, int& guess) {
  const int64_t classes = call.logits.layout.classes;
  if (store_ignored<typename R::Arithmetic::Set>(call, number)) return;
  const int64_t target = call.targets ? static_cast<int64_t>(call.targets[number]) : -1;
  Pieces scratch(share.scratch);
  Scan<R> scan(scan_request(call, row, target, scratch));
  // The terms, where a second look wants them.
  const bool wants_terms = call.entropies != nullptr || call.square_distances != nullptr;
  using Lane = typename R::Arithmetic::Lane;
  Lane* const scaled = wants_terms ? scratch.take<Lane>(classes) : nullptr;
  const RowSum solved = solve_row(row, classes, target, 1.0, guess, scaled, nullptr, scan);
  TargetLoss of_target = {0, 0};
  if (target >= 0) of_target = loss_in_row(row, classes, target, solved);
  store_scores(call, row, number, solved, log_sum(row, solved), of_target, scan, scaled);
}

template <class R>
inline void score_stack(const ScoreCall& call, const Share& share, Stack<R> stack, int& guess) {
  const Batch& batch = stack.batch;
  bool active[kStackRows] = {};
  bool full = batch.count == stack.lanes();
  ExcludedClasses<kStackRows> targets = none_excluded<Stack<R>>();
  for (int i = 0; i < batch.count; ++i) {
    active[i] = !store_ignored<typename R::Arithmetic::Set>(call, batch.row + i);
    full = full && active[i];
    if (call.targets) targets.at[i] = call.targets[batch.row + i];
    targets.any = targets.any || (call.targets && active[i]);
  }
  if (!full) set_active(stack, active);
  BundleSums<kStackRows> sums;
  double logs[kStackRows];
  double losses[kStackRows];
  double one_minus_p[kStackRows];
  solve_bundle(stack, targets, 1.0, guess, nullptr, sums);
  log_sums(stack, sums, logs);
  if (targets.any) target_losses(stack, targets, sums, losses, one_minus_p);
  for (int i = 0; i < batch.count; ++i) {
    if (!active[i]) continue;
    const R row = stack.row(i);
    const int64_t target = targets.any ? static_cast<int64_t>(targets.at[i]) : -1;
    Pieces scratch(share.scratch);
    Scan<R> scan(scan_request(call, row, target, scratch));
    scan.run(row, stack.classes);
    TargetLoss of_target = {0, 0};
    if (targets.any) of_target = {losses[i], one_minus_p[i]};
    store_scores(call, row, batch.row + i, sums[i], logs[i], of_target, scan, nullptr);
  }
}

template <class V>
inline void score(const ScoreCall& call, const Share& share) {
  const int64_t classes = call.logits.layout.classes;
  if (classes == 0) {
    const double nan = double_of<V>(kNanBitsF64);
    for (int64_t row = share.first; row < share.end; ++row) {
      if (store_ignored<V>(call, row)) continue;
      ScoreSinks<V>(call, row).store_all(-double_of<V>(kInfinityBitsF64), nan);
    }
    return;
  }
  int guess = 0;
  walk<V>(
      call.logits, share,
      [&](auto rows, const Batch& batch) {
        using R = typename decltype(rows)::Row;
        if constexpr (R::kStacks) {
          if (classes <= kMostStackClasses) {
            for_each_stack(rows, batch, classes, kStackRows,
                           [&](const auto& stack) { score_stack(call, share, stack, guess); });
            return;
          }
        }
        for (int i = 0; i < batch.count; ++i) {
          score_row(call, share, rows[batch[i]], batch.row + i, guess);
        }
      },
      [&](const auto& panels) {
        for (int i = 0; i < panels.batch.count; ++i) {
          score_row(call, share, panels.row(i), panels.batch.row + i, guess);
        }
      });
}

}  // namespace logits
