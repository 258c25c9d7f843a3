#pragma once

#include <napi.h>

namespace logits {

// (...input, labels, their type, what they were copied from | null, weight | null, positiveWeight |
// null, reduction, out | null): the reduced loss, NaN for the reduction 'none', whose losses go to
// out.
Napi::Value binary_cross_entropy_binding(const Napi::CallbackInfo& info);

}  // namespace logits
