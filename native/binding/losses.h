// What the losses share: from one loss a row to the result that was asked for.
#pragma once

#include <cstdint>

#include "arguments.h"

namespace logits {

// lib/native/addon.ts numbers them.
enum class Reduction : int64_t { none, sum, mean };
enum class EmptyMean : int64_t { nan, zero, fail };

Reduction read_reduction(const Call& call);

// Where the losses of all rows go: the array at `index` for the reduction 'none', else no memory.
View read_losses(const Call& call, size_t index, Reduction reduction, const Input& input,
                 std::initializer_list<const View*> inputs);

// The call's result: the losses' sum, their mean, which is the sum over `divisor`, or NaN for the
// reduction 'none', whose losses become the elements of `out`.
napi_value reduce_losses(Napi::Env env, Reduction reduction, const View& out, const double* losses,
                         int64_t count, double divisor);

}  // namespace logits
