// All kernels of one instruction set. isa/<name>.cc is the only caller.
#pragma once

#include "../kernel-table.h"
#include "operations/binary-cross-entropy.h"
#include "operations/cross-entropy.h"
#include "operations/kl-divergence.h"
#include "operations/log-softmax.h"
#include "operations/log-sum-exp.h"
#include "operations/nll-loss.h"
#include "operations/probes.h"
#include "operations/score.h"
#include "operations/softmax-gradient.h"
#include "operations/softmax.h"

namespace logits {

template <class V>
constexpr KernelTable make_table() {
  return {softmax<V>,
          log_softmax<V>,
          log_sum_exp<V>,
          cross_entropy<V>,
          score<V>,
          nll<V>,
          kl_divergence<V>,
          binary_cross_entropy<V>,
          softmax_gradient<V>,
          log_softmax_gradient<V>,
          scaled_exp_probe<V>,
          read_sum<V>};
}

}  // namespace logits
