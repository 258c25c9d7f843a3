#pragma once

#include <napi.h>

namespace logits {

// (...input, targets, ignoreIndex, reduction, weight | null, emptyMean, out | null): as
// cross_entropy_binding
Napi::Value nll_binding(const Napi::CallbackInfo& info);

}  // namespace logits
