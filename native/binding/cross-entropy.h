#pragma once

#include <napi.h>

namespace logits {

// (...input, targets | null, probabilities | null, their type, ignoreIndex, reduction, weight |
// null, labelSmoothing, zLoss, emptyMean, upstream, out | null, gradient | null): the reduced loss,
// NaN for the reduction 'none', whose losses go to out.
Napi::Value cross_entropy_binding(const Napi::CallbackInfo& info);

}  // namespace logits
