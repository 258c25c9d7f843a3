// What the losses share: from one loss a row to the result that was asked for.
#pragma once

#include <cstdint>

#include "arguments.h"

namespace logits {

// lib/native.ts numbers them.
enum class Reduction : int64_t { none, sum, mean };
enum class EmptyMean : int64_t { nan, zero, fail };

Reduction read_reduction(const Napi::CallbackInfo& info, size_t index);

// The sum of all losses in a fixed order: eight sums side by side, then a tree over them.
double sum_losses(const double* losses, int64_t count);

// The losses as elements of `out`.
void store_losses(const View& out, const double* losses, int64_t count);

}  // namespace logits
