// The two ways of a call that has been read to its kernel, on as many threads as it is worth; each
// file of operations/ defines one of exports.h's operations by them.
#pragma once

#include <memory>
#include <new>

#include "../platform/floating-point-state.h"
#include "../threads/pool.h"
#include "../threads/split.h"
#include "background.h"
#include "exports.h"
#include "task.h"

namespace logits {

// kScratchFloats floats, made at the first call that needs them.
inline float* scratch_of(const Call& call) {
  std::unique_ptr<float[]>& scratch = call.state().scratch;
  if (!scratch) scratch.reset(new (std::nothrow) float[kScratchFloats]);
  if (!scratch) fail(call.env(), ErrorKind::memory, 0);
  return scratch.get();
}

// The threads that this call may use: so many, or as many as any.
inline int read_threads(const Call& call) {
  const int64_t threads = expect_integer(call.env(), call.numbers.threads);
  return threads < 1 ? thread_limit() : capped_threads(threads);
}

// All rows of a task, with this environment's kernel set.
template <class T>
void run(const Call& call, const T& task) {
  const KernelTable& kernels = *call.state().set->kernels;
  if (task.is_empty()) return;
  float* scratch = scratch_of(call);
  const Split split = split_rows(task.layout(), task.cost(), read_threads(call));
  const FloatingPointState state;
  if (split.threads == 1) {
    task.compute(kernels, split.whole(scratch, nullptr), kNoMoves);
    return;
  }
  if (split.within_rows) {
    const PoolTeam team(split.threads - 1);
    task.compute(kernels, split.whole(scratch, &team), kNoMoves);
    return;
  }
  const auto part = [&](int64_t index, float* memory) {
    task.compute(kernels, split.part(index, memory), kNoMoves);
  };
  using Run = decltype(part);
  run_parts(
      split.parts, split.threads - 1,
      [](void* context, int64_t index, float* memory) {
        (*static_cast<const Run*>(context))(index, memory);
      },
      const_cast<void*>(static_cast<const void*>(&part)), scratch);
}

// The call of a task, computed when this returns.
template <class T>
napi_value compute_now(const Call& call) {
  T task(call);
  run(call, task);
  call.block.numbers.result = task.finish(task.row_results().data);
  return nullptr;
}

// The call of a task, as a promise of its result.
template <class T>
napi_value compute_in_background(const BackgroundCall& call) {
  Background& background = background_of(call);
  auto task = std::make_unique<T>(call);
  return background.begin(call, std::move(task), *call.state().set->kernels, read_threads(call),
                          scratch_of(call));
}

template <class T>
constexpr Operation operation() {
  return {enter<compute_now<T>>, enter<compute_in_background<T>>};
}

}  // namespace logits
