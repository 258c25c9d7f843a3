// nllLoss: each row's loss -weight[y] x[y] from log-probabilities x. Only the target is read.
#pragma once

#include <cstdint>

#include "../../kernel-table.h"
#include "../rows/row-loop.h"

namespace logits {

template <class V>
inline void nll_loss(const NllLossCall& call, const Share& share) {
  const auto rows = double_rows<GenericRow<V>>(call.log_probabilities);
  for_each_batch<V>(call.log_probabilities.layout, share, kStackRows, [&](const Batch& batch) {
    for (int i = 0; i < batch.count; ++i) {
      const int64_t target = call.targets[batch.row + i];
      double& loss = call.losses[batch.row + i];
      loss = 0;
      if (target == kIgnoredRow) continue;
      const double weight = call.weight ? call.weight[target] : 1;
      loss = times(weight, 0 - rows[batch[i]].value(target));
    }
  });
}

}  // namespace logits
