// All kernels of one instruction set. isa/<name>.cc is the only caller.
#pragma once

#include "../kernel-table.h"
#include "binary-cross-entropy.h"
#include "cross-entropy.h"
#include "kl-divergence.h"
#include "log-softmax.h"
#include "log-sum-exp.h"
#include "nll.h"
#include "probes.h"
#include "score.h"
#include "softmax-gradient.h"
#include "softmax.h"

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
