#pragma once

#include <napi.h>

namespace logits {

// (logits, targets, outer, classes, inner, ignoreIndex, reduction, out | null, gradient | null):
// the reduced loss, NaN for the reduction 'none', whose losses go to out.
Napi::Value cross_entropy_binding(const Napi::CallbackInfo& info);

}  // namespace logits
