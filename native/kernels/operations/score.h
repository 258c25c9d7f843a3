// score: what is read off each row's logits, from one look at them. Short rows that follow each
// other are summed together; each is scanned by itself.
#pragma once

#include <cstdint>
#include <type_traits>

#include "../../kernel-table.h"
#include "../rows/log-probability.h"
#include "../rows/row-loop.h"
#include "../rows/stack.h"
#include "score-panels.h"
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

// A bundle without its ignored rows, whose results are stored.
template <class P>
LOGITS_INLINE P without_ignored(const ScoreCall& call, P bundle) {
  const Batch& batch = bundle.batch;
  bool active[P::kRows] = {};
  bool all = true;
  for (int i = 0; i < batch.count; ++i) {
    active[i] = !store_ignored<typename P::Arithmetic::Set>(call, batch.row + i);
    all = all && active[i];
  }
  if (!all) set_active(bundle, active);
  return bundle;
}

// `scratch` is memory that the bundle does not lie in.
template <class P>
inline void score_bundle(const ScoreCall& call, const Pieces& scratch, const P& bundle,
                         int& guess) {
  const Batch& batch = bundle.batch;
  ExcludedClasses<P::kRows> targets = none_excluded<P>();
  for (int i = 0; i < batch.count && call.targets; ++i) {
    targets.at[i] = call.targets[batch.row + i];
    targets.any = targets.any || bundle.is_active[i] != 0;
  }
  BundleSums<P::kRows> sums;
  double logs[P::kRows];
  double losses[P::kRows] = {};
  double one_minus_p[P::kRows] = {};
  solve_bundle(bundle, targets, 1.0, guess, nullptr, sums);
  log_sums(bundle, sums, logs);
  if (targets.any) target_losses(bundle, targets, sums, losses, one_minus_p);
  if constexpr (!P::kIsStack) {
    if (sums.uniform && call.top <= kMostSortedLanes) {
      store_panels(call, bundle, targets, sums, logs, losses, one_minus_p, guess);
      return;
    }
  }
  for (int i = 0; i < batch.count; ++i) {
    if (bundle.is_active[i] == 0) continue;
    const typename P::Row row = bundle.row(i);
    const int64_t target = targets.any ? static_cast<int64_t>(targets.at[i]) : -1;
    Pieces own_scratch = scratch;
    Scan<typename P::Row> scan(scan_request(call, row, target, own_scratch));
    scan.run(row, bundle.classes);
    const TargetLoss of_target = {losses[i], one_minus_p[i]};
    store_scores(call, row, batch.row + i, sums[i], logs[i], of_target, scan, nullptr);
  }
}

// Up to so many classes, rows that follow each other are faster side by side.
static constexpr int64_t kMostSideBySide = 128;

template <class V>
inline void score(const ScoreCall& call, const Share& share) {
  const int64_t classes = call.logits.layout.classes;
  int guess = 0;
  walk<V>(
      call.logits, share, false,
      [&](const auto& all) {
        const auto bundle = without_ignored(call, all);
        using P = std::decay_t<decltype(bundle)>;
        Pieces scratch(share.scratch);
        if constexpr (P::kIsStack) {
          if (classes <= kMostSideBySide && call.top <= kMostSortedLanes) {
            float* const memory = scratch.take<float>(classes * P::kRows);
            score_bundle(call, scratch, side_by_side(bundle, memory), guess);
            return;
          }
        }
        score_bundle(call, scratch, bundle, guess);
      },
      [&](const auto& rows, const Batch& batch) {
        for (int i = 0; i < batch.count; ++i) {
          score_row(call, share, rows[batch[i]], batch.row + i, guess);
        }
      });
}

}  // namespace logits
