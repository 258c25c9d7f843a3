// nllLoss: each row's loss -weight[y] x[y] from log-probabilities x. Only the target is read.
#pragma once

#include <cstdint>

#include "../../kernel-table.h"
#include "../rows/row-loop.h"

namespace logits {

template <class V>
inline void nll_loss(const NllLossCall& call, const Share& share) {
  const auto rows = double_rows<V>(call.log_probabilities);
  for_each_row<V>(call.log_probabilities.layout, share, [&](const Place& place, int64_t number) {
    const int64_t target = call.targets[number];
    double& loss = call.losses[number];
    loss = 0;
    if (target == kIgnoredRow) return;
    const double weight = call.weight ? call.weight[target] : 1;
    loss = times(weight, 0 - rows[place].value(target));
  });
}

}  // namespace logits
