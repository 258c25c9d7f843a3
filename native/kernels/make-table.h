// All kernels of one instruction set. isa/<name>.cc is the only caller.
#pragma once

#include "../kernel-table.h"
#include "cross-entropy.h"
#include "log-softmax.h"
#include "log-sum-exp.h"
#include "probes.h"
#include "softmax.h"

namespace logits {

template <class V>
constexpr KernelTable make_table() {
  return {softmax<V>,       log_softmax<V>,      log_sum_exp<V>,
          cross_entropy<V>, scaled_exp_probe<V>, read_sum<V>};
}

}  // namespace logits
