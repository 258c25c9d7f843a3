// Where a call that has been read goes to its kernel.
#pragma once

#include "../isa/floating-point-state.h"
#include "arguments.h"

namespace logits {

// compute(kernels, share) for all rows of a layout, with this environment's kernel set.
template <class Compute>
void run(const Napi::CallbackInfo& info, const Layout& layout, Compute compute) {
  const Share share = {0, layout.rows(), scratch_of(info)};
  const KernelTable& kernels = *state_of(info).set->kernels;
  const FloatingPointState state;
  compute(kernels, share);
}

}  // namespace logits
