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
  return {
#define KERNEL(name, type) name<V>,
      LOGITS_KERNELS(KERNEL)
#undef KERNEL
  };
}

}  // namespace logits
