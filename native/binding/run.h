// Where a call that has been read goes to its kernel, on as many threads as it is worth.
#pragma once

#include "../isa/floating-point-state.h"
#include "../threads/pool.h"
#include "../threads/split.h"
#include "arguments.h"

namespace logits {

// compute(kernels, share) for all rows of a layout, with this environment's kernel set.
template <class Compute>
void run(const Napi::CallbackInfo& info, const Layout& layout, Compute compute) {
  const KernelTable& kernels = *state_of(info).set->kernels;
  float* scratch = scratch_of(info);
  const FloatingPointState state;
  const Split split = split_rows(layout, thread_limit());
  if (split.threads == 1) {
    compute(kernels, split.whole(scratch, nullptr));
    return;
  }
  if (split.within_rows) {
    const PoolTeam team(split.threads - 1);
    compute(kernels, split.whole(scratch, &team));
    return;
  }
  const auto part = [&](int64_t index, float* memory) {
    compute(kernels, split.part(index, memory));
  };
  using Run = decltype(part);
  run_parts(
      split.parts, split.threads - 1,
      [](void* context, int64_t index, float* memory) {
        (*static_cast<const Run*>(context))(index, memory);
      },
      const_cast<void*>(static_cast<const void*>(&part)), scratch);
}

}  // namespace logits
