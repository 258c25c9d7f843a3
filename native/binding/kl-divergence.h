#pragma once

#include <napi.h>

namespace logits {

// (...input, other logits, their type, reduction, out | null): the reduced divergence, NaN for the
// reduction 'none', whose divergences go to out.
Napi::Value kl_divergence_binding(const Napi::CallbackInfo& info);

}  // namespace logits
