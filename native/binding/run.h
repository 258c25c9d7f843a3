// Where a call that has been read goes to its kernel, on as many threads as it is worth.
#pragma once

#include <memory>
#include <new>

#include "../isa/floating-point-state.h"
#include "../threads/pool.h"
#include "../threads/split.h"
#include "arguments.h"

namespace logits {

// kScratchFloats floats, made at the first call that needs them.
inline float* scratch_of(const Call& call) {
  std::unique_ptr<float[]>& scratch = call.state().scratch;
  if (!scratch) scratch.reset(new (std::nothrow) float[kScratchFloats]);
  if (!scratch) throw_out_of_memory(call.env());
  return scratch.get();
}

// The threads that this call may use: so many, or as many as any.
inline int read_threads(const Call& call) {
  const int64_t threads = expect_integer(call.env(), call.numbers.threads, "threads");
  return threads < 1 ? thread_limit() : capped_threads(threads);
}

// compute(kernels, share) for all rows of a layout, with this environment's kernel set; `cost` as
// for split_rows.
template <class Compute>
void run(const Call& call, const Layout& layout, int64_t cost, Compute compute) {
  const KernelTable& kernels = *call.state().set->kernels;
  float* scratch = scratch_of(call);
  const Split split = split_rows(layout, cost, read_threads(call));
  const FloatingPointState state;
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
